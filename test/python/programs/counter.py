"""Adds a random number in every batch, and knows nothing but Cosweep's client: what the tests of the protocol run."""
import json
import os
import random
import time

import cosweep

state = {}


def save(folder):
    (folder / "state.json").write_text(json.dumps(state))
    return state


def load(folder):
    state.update(json.loads((folder / "state.json").read_text()))


def agree(number):
    """Rank 0 leaves its number in a file for each step, and the others read it."""
    file = run.folder / f"agreed-{state['asked']}"
    state["asked"] += 1
    if os.environ["RANK"] == "0":
        file.with_suffix(".tmp").write_text(str(number))
        file.with_suffix(".tmp").rename(file)
    while not file.exists():
        time.sleep(0.01)
    return int(file.read_text())


def train(run):
    settings = run.training
    saving = {"save": save, "load": load} if settings.get("fork", True) else {}
    if settings.get("agree"):
        saving["agree"] = agree
    for t in run.steps(**saving):
        time.sleep(settings.get("seconds", 0))
        state["sum"] += random.random()
        total = float("nan") if t == settings.get("nanAt") else state["sum"]
        run.report(t, {"train/total": total, "train/beta": run.beta(t)})
        if run.evaluates(t + 1):
            run.report(t + 1, {"val/sum": state["sum"], "val/bound": float("inf")})


for run in cosweep.runs({"batches": 6, "evalEvery": 3, "beta": 0.25, "N": 4}):
    state.clear()
    state.update(sum=0.0, asked=0)
    train(run)
