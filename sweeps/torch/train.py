"""Trains a small convolutional network on MNIST with the combined loss. The lines marked # Cosweep are Cosweep's; the
rest is what a training script in PyTorch looks like anyway.

    python3 train.py --lr 0.02 --seed 3          # by hand: a whole run, its numbers are printed
    npx cosweep run sweep.json                   # by Cosweep: every arm and seed of the sweep

docs/torch.md of Cosweep goes through it.
"""
import functools
import gzip
import os
import pathlib
import struct

import torch
from torch import nn
from torch.nn import functional as F

import cosweep                                                                                        # Cosweep
from cosweep_loss import CombinedLoss                                                                 # Cosweep

DEFAULTS = {
    "batches": 400, "evalEvery": 50, "alpha": 0.5, "beta": 0.35, "gamma": 1.0, "epsilon": 0.02, "N": 200,
    "lr": 0.01, "batchSize": 64, "width": 64, "dropout": 0.2, "train": 1000, "validation": 9000, "data": None,
}

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

# The same run gives the same bits: on a GPU without kernels that add in any order, on a CPU with one thread, for sums
# are split among threads. Several runs side by side (`--workers`) use the cores better than the threads of one.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = False
torch.set_num_threads(1)


def train(run):
    options = run.training
    (x, y), held_out, test = read_parts(options, run.seed)
    body = make_body(options["width"], options["dropout"]).to(DEVICE)
    head = nn.Linear(options["width"], 10).to(DEVICE)
    model = nn.ModuleDict({"body": body, "head": head})
    loss = CombinedLoss(10, options["width"], run.alpha, run.gamma, **run.loss).to(DEVICE)            # Cosweep
    optimizer = torch.optim.SGD(model.parameters(), lr=options["lr"], momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, run.batches)
    save, load = cosweep.torch_checkpoint(                                                            # Cosweep
        model=model, loss=loss, optimizer=optimizer, schedule=schedule)

    @torch.no_grad()
    def evaluate(batch):
        model.eval()
        for part, (images, labels) in {"val": held_out, "test": test}.items():
            if part == "test" and batch < run.batches:
                continue  # once, at the end
            features = torch.cat([body(some) for some in images.split(500)])
            logits = loss.predict(features, head.weight, head.bias).cpu()
            run.report(batch, measure(part, logits, labels.cpu()))                                    # Cosweep
        model.train()

    for t in run.steps(save, load, evaluate=evaluate):                                                # Cosweep
        at = run.indices(len(y), options["batchSize"], t)                                             # Cosweep
        terms = loss(body(x[at]), head.weight, head.bias, y[at], run.beta(t), run.epsilon)            # Cosweep
        optimizer.zero_grad()
        terms.total.backward()
        optimizer.step()
        schedule.step()
        run.report(t, terms.metrics())                                                                # Cosweep


def make_body(width, dropout):
    """Everything before the last linear layer. Strides in the place of pools, whose gradients are not deterministic on
    every GPU."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU(),                      # [B, 16, 14, 14]
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),                     # [B, 32, 7, 7]
        nn.Flatten(), nn.Dropout(dropout), nn.Linear(32 * 7 * 7, width),                              # [B, width]
    )


def measure(part, logits, labels):
    return {
        f"{part}/accuracy": (logits.argmax(1) == labels).double().mean(),
        f"{part}/crossEntropy": F.cross_entropy(logits, labels),
        f"{part}/ece": calibration_error(logits, labels),
    }


def calibration_error(logits, labels, bins=15):
    """Expected calibration error: |accuracy − confidence| of samples with alike confidence, weighted by their number."""
    confidence, predicted = logits.double().softmax(1).max(1)
    gap = (predicted == labels).double() - confidence
    bin_of = (confidence * bins).long().clamp_max(bins - 1)
    return torch.zeros(bins, dtype=torch.float64).index_add_(0, bin_of, gap).abs().sum() / len(labels)


def read_parts(options, seed):
    """Training, validation and test part as (images, labels) on the device. Every seed splits the first two anew."""
    folder = data_folder(options["data"])
    images, labels = read_pair(folder, "train")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    train, held_out = order[:options["train"]], order[options["train"]:][:options["validation"]]
    if len(held_out) < options["validation"]:
        raise SystemExit(f"Cannot split {len(labels)} images: wanted {options['train']} + {options['validation']}")
    return (images[train], labels[train]), (images[held_out], labels[held_out]), read_pair(folder, "t10k")


def data_folder(named):
    """The folder that was named, from that of the definition on; else where `cosweep datasets get mnist` puts MNIST."""
    if named is not None:
        return pathlib.Path(os.environ.get("COSWEEP_FOLDER", ""), named)
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache, "cosweep", "datasets", "mnist")


@functools.lru_cache(maxsize=None)  # a program that stays for several stages reads them once
def read_pair(folder, part):
    images, labels = read_idx(folder, f"{part}-images-idx3-ubyte"), read_idx(folder, f"{part}-labels-idx1-ubyte")
    return (images.float() / 255).unsqueeze(1).to(DEVICE), labels.long().to(DEVICE)


def read_idx(folder, name):
    packed = folder / f"{name}.gz"
    if not packed.exists() and not (folder / name).exists():
        raise SystemExit(f"Cannot find MNIST: {folder} has no {name}.gz; `npx cosweep datasets get mnist` fetches it, "
                         "--data FOLDER (in a definition training.data) names another folder")
    with gzip.open(packed) if packed.exists() else open(folder / name, "rb") as file:
        content = file.read()
    sides = content[3]
    shape = struct.unpack_from(f">{sides}I", content, 4)
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=4 + 4 * sides).reshape(shape)


if __name__ == "__main__":
    for run in cosweep.runs(DEFAULTS):                                                                # Cosweep
        train(run)
