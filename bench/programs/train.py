"""The reference ablation sweep as a user's own program: `cnn-small` in PyTorch, shared by Cosweep, and trained from
scratch by Optuna (same_by_optuna.py) and by nobody at all (bare.py). Images are MNIST's test part as IDX files, whose
paths come in IMAGES and LABELS.
"""
import functools
import gzip
import os

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import cosweep
from cosweep_loss import CombinedLoss

DEFAULTS = {
    "batches": 200, "evalEvery": 50, "alpha": 0.5, "beta": 0.0, "gamma": 1.0, "epsilon": 0.02, "N": 0,
    "lr": 0.01, "batchSize": 64, "width": 64, "validation": 2000,
}

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


class Training:
    """Everything of a run but its loop."""

    def __init__(self, options, alpha, gamma, batches):
        (self.x, self.y), self.held_out = read_parts(options["validation"])
        self.body, self.head = make_body(options["width"]), nn.Linear(options["width"], 10)
        self.model = nn.ModuleDict({"body": self.body, "head": self.head})
        self.loss = CombinedLoss(10, options["width"], alpha, gamma)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=options["lr"], momentum=0.9)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, batches)

    def step(self, at, beta, epsilon):
        terms = self.loss(self.body(self.x[at]), self.head.weight, self.head.bias, self.y[at], beta, epsilon)
        self.optimizer.zero_grad()
        terms.total.backward()
        self.optimizer.step()
        self.schedule.step()
        return terms

    @torch.no_grad()
    def accuracy(self):
        images, labels = self.held_out
        features = torch.cat([self.body(some) for some in images.split(500)])
        logits = self.loss.predict(features, self.head.weight, self.head.bias)
        return (logits.argmax(1) == labels).double().mean().item()


def train(run):
    """@returns the last accuracy"""
    options, last = run.training, [None]
    training = Training(options, run.alpha, run.gamma, run.batches)
    save, load = cosweep.torch_checkpoint(
        model=training.model, loss=training.loss, optimizer=training.optimizer, schedule=training.schedule)

    def evaluate(batch):
        last[0] = training.accuracy()
        run.report(batch, {"val/accuracy": last[0]})

    for t in run.steps(save, load, evaluate=evaluate):
        at = run.indices(len(training.y), options["batchSize"], t)
        run.report(t, training.step(at, run.beta(t), run.epsilon).metrics())
    return last[0]


def make_body(width):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 32, width),
    )


@functools.lru_cache(maxsize=None)  # a process that stays for several runs reads them once
def read_parts(validation):
    images, labels = (torch.from_numpy(read_idx(os.environ[name])) for name in ("IMAGES", "LABELS"))
    images, labels = (images.float() / 255).unsqueeze(1), labels.long()
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    held_out, rest = order[:validation], order[validation:]
    return (images[rest], labels[rest]), (images[held_out], labels[held_out])


def read_idx(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    sides = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(sides).copy()


if __name__ == "__main__":
    for each in cosweep.runs(DEFAULTS):
        train(each)
