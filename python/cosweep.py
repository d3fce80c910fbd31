"""How a Python program is trained by Cosweep. One file without dependencies: copy it beside your script.

    import cosweep

    run = cosweep.run({"batches": 400, "evalEvery": 50, "lr": 0.05})       # the defaults, for a run by hand
    save, load = cosweep.torch_checkpoint(model=model, optimizer=optimizer, loss=loss)
    for t in run.steps(save, load):                      # the batches to train; randomness is seeded by (seed, t)
        ...                                              # one optimiser step with run.beta(t) and run.epsilon
        run.report(t, {"train/total": total})
        if run.evaluates(t + 1):
            run.report(t + 1, {"val/accuracy": accuracy})

Cosweep makes a folder, names it in COSWEEP_DIR, and puts `order.json` into it and into `start/` the checkpoint to
continue from. The program appends lines of JSON to `out.jsonl` and puts checkpoints into `save/<batch>/`. That is the
whole protocol, so that any other language can speak it too (docs/python.md of Cosweep).

Without COSWEEP_DIR the script runs by itself: everything is as the defaults say, `--key value` on the command line
changes it, and what would be reported is printed.

torch and numpy are used only where the program has imported them itself, before it asks for its run. Python 3.8 or
newer.
"""
import hashlib
import itertools
import json
import math
import os
import pathlib
import random
import re
import signal
import struct
import sys
import threading
import time

__all__ = ["Run", "digest", "run", "runs", "seed_everything", "torch_checkpoint"]

#: The version of the protocol.
VERSION = 1

_METRIC = re.compile(r"(train|val|test)/[\w.+-]+(/[\w.+-]+)*", re.ASCII)


def run(defaults=None):
    """What this program is to train.

    :param defaults: values for what the order, or the command line, does not set. `batches`, `evalEvery` and `seed` are
        those of the run, `alpha`, `beta`, `gamma`, `epsilon` and `N` its parameters, `loss` its options of the loss;
        every other key is a setting of training
    :returns: a Run: that of the folder which COSWEEP_DIR names, else one by hand, changed by `--key value` arguments
    :raises SystemExit: where the order or the arguments cannot be used, saying why
    """
    folder = os.environ.get("COSWEEP_DIR", "")
    return Run(folder, defaults) if folder else _by_hand(defaults)


def runs(defaults=None):
    """What a program is to train that stays for several stages: the order of COSWEEP_DIR, then those of the folders
    that come by standard input, one a line, until it ends. Where COSWEEP_DIR is `-` all of them come by standard input.

        for run in cosweep.runs():
            model = ...                                  # anew: nothing of the stage before may be left
            for t in run.steps(save, load):
                ...

    Where standard input is empty there is one run, so that such a script also works where Cosweep starts it anew for
    every stage, and by hand.

    :param defaults: as for `run`
    :returns: an iterator of Run; it ends at the end of standard input, and after a stage that SIGTERM ended
    """
    folder = os.environ.get("COSWEEP_DIR", "")
    if not folder:
        yield _by_hand(defaults)
        return
    for each in itertools.chain([folder] if folder != "-" else [], _folders_of_stdin()):
        one = Run(each, defaults)
        yield one
        if one.terminated:
            return


class Run:
    """A stage to train: the batches [first, last) of a run of Cosweep."""

    def __init__(self, folder, defaults=None, order=None):
        """Not to be called: `run` and `runs` make it.

        :param folder: the folder of the stage; None for a run by hand
        :param defaults: see `run`
        :param order: what else is in the folder's order.json
        """
        self.folder = None if folder is None else pathlib.Path(folder)
        order = order if order is not None else _read_order(self.folder)
        defaults = dict(defaults or {})
        #: Number that all randomness of this run comes from.
        self.seed = order["seed"]
        #: Optimiser steps of the whole run.
        self.batches = order["batches"]
        #: First batch to train, counted from 0, and the one after the last.
        self.first, self.last = order["from"], order["to"]
        #: After so many batches there is an evaluation.
        self.eval_every = order["evalEvery"]
        #: α, β, γ, ε, N as far as the sweep declares them. None: not in force in this stage.
        self.parameters = {**_only(_PARAMETERS, defaults), **order.get("parameters", {})}
        #: Options of the combined loss, for `cosweep_loss.CombinedLoss(…, **run.loss)`.
        self.loss = {**defaults.get("loss", {}), **(order.get("loss") or {})}
        #: Every other setting of the definition's `training`.
        settings = {key: value for key, value in defaults.items() if key not in _PARAMETERS + _ORDER + ("loss",)}
        self.training = {**settings, **(order.get("training") or {})}
        #: Folder of the checkpoint to continue from; None where the run begins.
        self.start = None if order.get("start") is None else self.folder / "start"
        #: True after SIGTERM: the process is to end.
        self.terminated = False
        every = order.get("saveEverySeconds")
        self._save_every = math.inf if every is None else every
        self._saved, self._diverged, self._ended, self._kept = None, None, False, (None, None)
        self._reported = {}  # metric → the last batch it was reported for
        self._out = None if self.folder is None or _rank() > 0 else _open_out(self.folder)
        self._watch_signals()
        seed_everything(self.seed, "initial")
        self._tell({"hello": _environment()})

    @property
    def alpha(self):
        """α, the weight of L1; None where it is not declared."""
        return self.parameters.get("alpha")

    @property
    def gamma(self):
        """γ, the weight of L_CE; None where it is not declared."""
        return self.parameters.get("gamma")

    @property
    def epsilon(self):
        """ε; 0 where the intra-class phase is not in force in this stage."""
        return self.parameters.get("epsilon") or 0.0

    @property
    def N(self):
        """The switch batch; None where the phase is not in force in this stage: what comes before N cannot know it."""
        return self.parameters.get("N")

    def beta(self, t):
        """β in force at batch t: 0 before N."""
        return 0.0 if self.N is not None and t < self.N else self.parameters.get("beta") or 0.0

    def steps(self, save=None, load=None, agree=None, evaluate=None):
        """The batches to train, in order. Before each of them the generators of random, numpy and torch are seeded by
        (seed, t), so a checkpoint needs no generator's state; after the last one the checkpoint is saved and the end is
        told. Beside a loader it comes first: `for t, (x, y) in zip(run.steps(…), loader)`.

        It ends early where Cosweep asks for it (a file `stop`, SIGTERM), then with a checkpoint, and after
        `train/total` was not finite.

        :param save: `save(folder)` writes everything that continuing needs into this folder (a pathlib.Path), and
            returns it as nested dicts of tensors, arrays and numbers, of which the digest is told, or None. It is
            called on rank 0 alone
        :param load: `load(folder)` reads what save wrote
        :param agree: on several ranks, `agree(number) -> number`: gives every rank the whole number that rank 0 has. It
            is called by every rank once before the first batch and once after each. Without it several ranks cannot
            end early
        :param evaluate: `evaluate(batch)` is called where an evaluation is due: at 0 where the run begins, then at
            every `evalEvery` batches and at the end. In its place `run.evaluates` can be asked
        :returns: an iterator of t
        :raises ValueError: where there is a checkpoint to continue from, and no load
        """
        if self.start is not None:
            if load is None:
                raise ValueError(f"Cannot continue from batch {self.first}: found steps() without load, wanted load")
            load(self.start)
        if evaluate is not None and self.first == 0:
            seed_everything(self.seed, "evaluate/0")
            evaluate(0)
        saved_at = time.monotonic()
        t, over = self.first, self._is_over(agree)
        while t < self.last and not over:
            seed_everything(self.seed, t)
            yield t
            t += 1
            if evaluate is not None and self._diverged is None and self.evaluates(t):
                evaluate(t)
            over = self._is_over(agree)
            late = time.monotonic() - saved_at > self._save_every
            if save is not None and self._diverged is None and (over or late or t == self.last):
                self._save(save, t)
                saved_at = time.monotonic()
        self._end(t)

    def evaluates(self, batch):
        """Whether the state after so many optimiser steps is to be evaluated."""
        return batch % self.eval_every == 0 or batch == self.batches

    def report(self, batch, metrics):
        """Tells numbers. On other ranks than 0 it does nothing.

        :param batch: of `train/…` the batch, counted from 0; of `val/…` and `test/…` the number of optimiser steps that
            the evaluated state has seen
        :param metrics: names → numbers, or tensors of one number. NaN and infinity are understood: where `train/total`
            is not finite the run has diverged: nothing after it is told, and `steps` ends
        :raises ValueError: for a name that is none, for a batch that is not of this stage or that is told twice
        """
        if _rank() > 0 or self._diverged is not None:
            return
        numbers = {name: self._checked(batch, name, value) for name, value in metrics.items()}
        self._tell({"batch": batch, "metrics": numbers})
        if not math.isfinite(numbers.get("train/total", 0.0)):
            self.diverged(batch)

    def report_evaluation(self, batch, part, features, logits, labels):
        """Hands over what a part's evaluation has seen, so that Cosweep measures it as it measures its own networks:
        accuracy, F1, confusion, neural collapse, the worst pairs, the projection.

        :param batch: the number of optimiser steps that the evaluated state has seen
        :param part: `val` or `test`
        :param features: f [n, d]: tensor or array
        :param logits: [n, C], the largest one is the prediction
        :param labels: y [n], whole numbers from 0 to C − 1
        :raises ValueError: where the shapes do not fit together or there is no such part
        """
        if _rank() > 0 or self._diverged is not None:
            return
        if part not in ("val", "test"):
            raise ValueError(f"Cannot report an evaluation: found the part {part!r}, wanted val or test")
        self._check_batch(batch, f"the evaluation of {part}", self.last)
        arrays = {
            "features": _to_array(features, "float32"),
            "logits": _to_array(logits, "float32"),
            "labels": _to_array(labels, "int64"),
        }
        shapes = {name: tuple(array.shape) for name, array in arrays.items()}
        n = shapes["labels"][:1]
        if [len(shapes[name]) for name in arrays] != [2, 2, 1] or any(shape[:1] != n for shape in shapes.values()):
            found = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
            raise ValueError(
                f"Cannot report an evaluation: found {found}; wanted features [n, d], logits [n, C] and labels [n]"
            )
        if self.folder is None:
            return
        files = {name: f"{part}-{batch}-{name}.npy" for name in arrays}
        for name, array in arrays.items():
            with open(self.folder / files[name], "wb") as file:
                sys.modules["numpy"].save(file, array, allow_pickle=False)
                _sync(file)
        self._tell({"batch": batch, "evaluation": part, **files})

    def diverged(self, batch):
        """Tells that training has failed in this batch, in whatever way the program notices; `steps` then ends."""
        self._diverged = batch

    def indices(self, count, size, t):
        """Which of `count` samples batch t is made of: every epoch has an order of its own by (seed, epoch), and
        batches run on across epochs.

        :param count: how many samples there are
        :param size: how many make a batch
        :returns: list of `size` numbers from 0 to count − 1
        """
        return [self._order_of(count, at // count)[at % count] for at in range(t * size, (t + 1) * size)]

    def batch_sampler(self, count, size):
        """The same for a loader, `torch.utils.data.DataLoader(data, batch_sampler=run.batch_sampler(len(data), 64))`.
        It begins where the stage does, so no loader has a state to be saved. Where a loader has workers, what they draw
        at random is not seeded by `steps`: draw it in the loop.

        :returns: a sequence of lists of indices, one for each batch of the stage
        """
        return _BatchSampler(self, count, size)

    def _is_over(self, agree):
        """Asked once before the first batch and once after each. All ranks end at the same batch, as rank 0 says."""
        over = int(self._diverged is not None or self._is_asked_to_stop(agree))
        return (over if agree is None else agree(over)) != 0

    def _is_asked_to_stop(self, agree):
        # Ranks that cannot agree would wait for each other for ever.
        if agree is None and _ranks() > 1:
            return False
        return self.terminated or (self.folder is not None and (self.folder / "stop").exists())

    def _save(self, save, batch):
        if self._out is None:
            return
        temporary, folder = self.folder / "save" / f"{batch}.tmp", self.folder / "save" / str(batch)
        temporary.mkdir(parents=True)
        state = save(temporary)
        _sync_tree(temporary)
        temporary.rename(folder)
        _sync_folder(folder.parent)
        self._saved = batch
        self._tell({"saved": batch, "digest": None if state is None else digest(state)}, lasting=True)

    def _end(self, t):
        if self._diverged is not None:
            last = {"diverged": self._diverged}
        else:
            last = {"done": t} if t == self.last else {"stopped": self._saved}
        self._tell(last, lasting=True)
        self._ended = True
        if self._handler_before is not None:
            signal.signal(signal.SIGTERM, self._handler_before)
        if self._out is not None:
            os.close(self._out)

    def _checked(self, batch, name, value):
        if not isinstance(name, str) or not _METRIC.fullmatch(name):
            raise ValueError(
                f"Cannot report {name!r}: found a name that is none, wanted train/…, val/… or test/… with letters, "
                "digits, _ . + - and further slashes"
            )
        self._check_batch(batch, name, self.last - 1 if name.startswith("train/") else self.last)
        try:
            return float(value)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"Cannot report {name}: found {value!r}, wanted a number") from error

    def _check_batch(self, batch, what, newest):
        # The state that the stage begins with was evaluated by the stage before.
        is_new = what.startswith("train/") or self.first == 0
        before = self._reported.get(what, self.first - 1 if is_new else self.first)
        if self._ended:
            raise ValueError(f"Cannot report {what}: found a report after the last batch, wanted it within the loop")
        if not isinstance(batch, int) or not before < batch <= newest:
            raise ValueError(
                f"Cannot report {what}: found batch {batch!r}, wanted a whole number from {before + 1} to {newest}: "
                "each batch of this stage once, in order"
            )
        self._reported[what] = batch

    def _order_of(self, count, epoch):
        if self._kept[0] != (count, epoch):
            order = list(range(count))
            random.Random(f"{self.seed}/order/{epoch}").shuffle(order)
            self._kept = (count, epoch), order
        return self._kept[1]

    def _watch_signals(self):
        self._handler_before = None
        if self.folder is None or threading.current_thread() is not threading.main_thread():
            return
        own = os.getpid()

        def terminate(number, _frame):
            # Processes that this one has forked, such as workers of a loader, end as if nothing were handled.
            if os.getpid() != own:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
            self.terminated = True

        self._handler_before = signal.signal(signal.SIGTERM, terminate)

    def _tell(self, message, lasting=False):
        """Appends a line. It counts once its end is there, so it is written at once, and what must outlast a power
        failure is forced to the disk."""
        if self.folder is None:
            self._print(message)
        if self._out is None:
            return
        line = memoryview((json.dumps(message) + "\n").encode())
        while line:
            line = line[os.write(self._out, line):]
        if lasting:
            os.fsync(self._out)

    def _print(self, message):
        """Of a run by hand: training every time that there is an evaluation, evaluations always."""
        batch = message.get("batch")
        lines = {name: value for name, value in message.get("metrics", {}).items()
                 if not name.startswith("train/") or self.evaluates(batch + 1)}
        if lines:
            print(f"batch={batch}", *(f"{name}={value:.6g}" for name, value in lines.items()), flush=True)
        elif "diverged" in message:
            print(f"diverged in batch {message['diverged']}", flush=True)


def torch_checkpoint(**parts):
    """`save` and `load` for objects of torch: models, optimisers, schedules, scalers, the loss with its centers.

    :param parts: objects with state_dict and load_state_dict, by name; everything that training changes
    :returns: save, load, for `Run.steps`
    """
    import torch

    def save(folder):
        state = {name: part.state_dict() for name, part in parts.items()}
        torch.save(state, folder / "state.pt")
        return state

    def load(folder):
        # Before 2.4 the loader that runs no code refuses numbers and counters, which optimisers and schedules have.
        safely = {"weights_only": True} if hasattr(torch.serialization, "add_safe_globals") else {}
        state = torch.load(folder / "state.pt", map_location="cpu", **safely)
        if set(state) != set(parts):
            raise ValueError(
                f"Cannot load {folder / 'state.pt'}: found {', '.join(sorted(state))}, "
                f"wanted {', '.join(sorted(parts))}"
            )
        for name, part in parts.items():
            part.load_state_dict(state[name])

    return save, load


def seed_everything(seed, t):
    """Seeds the generators of random, and of numpy and torch where they are imported, by (seed, t).

    :param seed: the run's seed
    :param t: the batch, or a word for what is not a batch
    """
    number = int.from_bytes(hashlib.sha256(f"{seed}/{t}".encode()).digest()[:4], "big")
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)


def digest(state):
    """SHA-256, in hex, of a state by its bits: the same on every device, system and version of torch.

    :param state: nested dicts, lists and tuples of tensors, arrays, numbers, texts, bytes and None. The order of keys
        does not count; type, shape and every bit of the numbers do
    :raises ValueError: where something else is in it, saying where
    """
    hash = hashlib.sha256()
    _digest_into(hash, state, "state")
    return hash.hexdigest()


_PARAMETERS = ("alpha", "beta", "gamma", "epsilon", "N")
_ORDER = ("seed", "batches", "evalEvery")


class _BatchSampler:
    def __init__(self, run, count, size):
        self._run, self._count, self._size = run, count, size

    def __len__(self):
        return self._run.last - self._run.first

    def __iter__(self):
        return (self._run.indices(self._count, self._size, t) for t in range(self._run.first, self._run.last))


def _by_hand(defaults):
    """A whole run, as the defaults and the arguments say."""
    settings = dict(defaults or {})
    known = {*settings, *_PARAMETERS, *_ORDER, "loss"}
    for key, value in _arguments(sys.argv[1:]):
        if key.partition(".")[0] not in known:
            print(f"Note: found --{key}, which is none of the defaults of this script", file=sys.stderr)
        place = settings
        *path, name = key.split(".")
        for part in path:
            inner = place.get(part)
            place[part] = dict(inner) if isinstance(inner, dict) else {}
            place = place[part]
        place[name] = value
    missing = [key for key in ("batches", "evalEvery") if key not in settings]
    if missing:
        raise SystemExit(
            f"Cannot run by hand: COSWEEP_DIR is not set, and there is no {' and no '.join(missing)}; wanted a default "
            f"in cosweep.run({{…}}), or {' '.join(f'--{key} NUMBER' for key in missing)}"
        )
    order = {key: settings.get(key, 0) for key in _ORDER}
    for key, value in order.items():
        least = 0 if key == "seed" else 1
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise SystemExit(f"Cannot run by hand: {key}: found {value!r}, wanted a whole number, {least} or more")
    return Run(None, settings, {**order, "from": 0, "to": order["batches"]})


def _arguments(words):
    """`--key value` and `--key=value`, where a value is JSON, else text."""
    words = iter(words)
    for word in words:
        if not re.fullmatch(r"--\w[\w.-]*(=.*)?", word, re.DOTALL):
            raise SystemExit(f"Cannot run by hand: found the argument {word!r}, wanted --key value")
        key, equals, text = word[2:].partition("=")
        if not equals:
            text = next(words, None)
            if text is None:
                raise SystemExit(f"Cannot run by hand: found --{key} as the last argument, wanted a value after it")
        try:
            yield key, json.loads(text)
        except ValueError:
            yield key, text


def _folders_of_stdin():
    """While it waits for a line there is nothing to save, so SIGTERM ends the process as usual."""
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.rstrip("\r\n")


def _read_order(folder):
    file = folder / "order.json"
    try:
        order = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SystemExit(f"Cannot read the order {file}: {error.strerror}; COSWEEP_DIR names a folder of Cosweep")
    except ValueError as error:
        raise SystemExit(f"Cannot read the order {file}: found no JSON ({error})")
    version = order.get("cosweep") if isinstance(order, dict) else None
    if version != VERSION:
        raise SystemExit(
            f"Cannot use the order {file}: found version {version!r} of the protocol, wanted {VERSION}, which this "
            "cosweep.py speaks; `cosweep python DIR` copies the file that fits your Cosweep"
        )
    missing = [key for key in ("seed", "from", "to", "batches", "evalEvery") if not isinstance(order.get(key), int)]
    if missing:
        raise SystemExit(f"Cannot use the order {file}: wanted whole numbers {', '.join(missing)}")
    return order


def _open_out(folder):
    return os.open(folder / "out.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)


def _rank():
    """This process's number among those of one run; rank 0 reports and saves."""
    return _whole("RANK", _whole("SLURM_PROCID", 0))


def _ranks():
    return _whole("WORLD_SIZE", _whole("SLURM_STEP_NUM_TASKS", 1))


def _whole(name, otherwise):
    text = os.environ.get(name, "")
    return int(text) if text.isdigit() else otherwise


def _only(keys, values):
    return {key: values[key] for key in keys if key in values}


def _environment():
    """What the numbers depend on, and the program's own modules, of which Cosweep's check asks whether it has them."""
    versions, device = {"python": ".".join(map(str, sys.version_info[:3]))}, "CPU"
    if "numpy" in sys.modules:
        versions["numpy"] = str(sys.modules["numpy"].__version__)
    torch = sys.modules.get("torch")
    if torch is not None:
        versions["torch"] = str(torch.__version__)
        if torch.cuda.is_available():
            device = torch.cuda.get_device_name()
            versions["cuda"] = str(torch.version.cuda)
            versions["cudnn"] = str(torch.backends.cudnn.version())
        elif getattr(torch.backends, "mps", None) is not None and torch.backends.mps.is_available():
            device = "Apple GPU"
    return {"client": f"cosweep.py {VERSION}", "versions": versions, "device": device, "modules": _own_modules()}


def _own_modules():
    """Files of the modules that were imported and that belong neither to Python nor to what is installed in it."""
    installed = tuple(os.path.realpath(prefix) + os.sep for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix})
    modules = [module for name, module in list(sys.modules.items()) if name not in ("sitecustomize", "usercustomize")]
    files = {getattr(module, "__file__", None) for module in modules}
    real = {os.path.realpath(file) for file in files if isinstance(file, str)}
    return sorted(
        file for file in real
        if not re.search(r"[\\/](site|dist)-packages[\\/]", file)
        and not (file.startswith(installed) and re.search(r"[\\/]lib(64)?[\\/]python\d", file, re.IGNORECASE))
    )


def _to_array(values, dtype):
    import numpy

    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.float() if dtype == "float32" and str(values.dtype) != "torch.float64" else values
        values = values.numpy()
    array = numpy.asarray(values)
    return array if dtype == "float32" and array.dtype == "float64" else array.astype(dtype)


def _digest_into(hash, value, place):
    """Every part is told by a letter and by how long it is, so that no two states are written alike."""
    def add(kind, content=b""):
        hash.update(f"{kind}{len(content)}:".encode() + content)

    if isinstance(value, dict):
        keys = sorted((f"{type(key).__name__}:{key}", key) for key in value)
        add("d", str(len(keys)).encode())
        for name, key in keys:
            add("k", name.encode())
            _digest_into(hash, value[key], f"{place}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        add("l", str(len(value)).encode())
        for i, item in enumerate(value):
            _digest_into(hash, item, f"{place}[{i}]")
    elif value is None or isinstance(value, (bool, int)):
        add("i", repr(value).encode())
    elif type(value) is float:
        add("f", struct.pack("<d", value))
    elif isinstance(value, str):
        add("s", value.encode())
    elif isinstance(value, (bytes, bytearray)):
        add("b", bytes(value))
    elif hasattr(value, "detach"):
        add("t", f"{str(value.dtype)[6:]}{list(value.shape)}".encode())
        add("b", _bytes_of_tensor(value))
    elif type(value).__module__.partition(".")[0] == "numpy" and getattr(value, "dtype", "O") != "O":
        numpy = sys.modules["numpy"]
        array = numpy.ascontiguousarray(value)
        add("t", f"{array.dtype.name}{list(numpy.shape(value))}".encode())
        add("b", array.astype(array.dtype.newbyteorder("<")).tobytes())
    else:
        raise ValueError(
            f"Cannot digest {place}: found {type(value).__module__}.{type(value).__qualname__}, wanted dicts, lists, "
            "tensors, arrays, numbers, texts, bytes or None"
        )


def _bytes_of_tensor(tensor):
    """By way of bytes, since numpy knows neither bfloat16 nor the types of eight bits."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(sys.modules["torch"].uint8).numpy().tobytes()


def _sync_tree(folder):
    for at, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(at, name), "rb") as file:
                os.fsync(file.fileno())
        _sync_folder(at)


def _sync(file):
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder):
    """So that names outlast a power failure too; Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
