"""Trains Cosweep's `mlp` in PyTorch: the weights, the batches and the learning rates come by standard input. Prints the
terms of every batch, and the weights and centers at the end."""
import json
import sys

import torch
from cosweep_loss import CombinedLoss
from torch.nn import functional as F

given = json.load(sys.stdin)
weights = {name: torch.tensor(values, dtype=torch.float32, requires_grad=True) for name, values in given["weights"].items()}
classes, width = weights["head/weights"].shape
loss = CombinedLoss(classes, width, given["alpha"], given["gamma"], **given["loss"])
optimizer = torch.optim.SGD(weights.values(), lr=1, momentum=given["momentum"])


def features(images):
    hidden = F.relu(images @ weights["dense1/kernel"] + weights["dense1/bias"])
    hidden = F.relu(hidden @ weights["dense2/kernel"] + weights["dense2/bias"])
    return hidden @ weights["embedding/kernel"] + weights["embedding/bias"]


lines = []
for batch in given["batches"]:
    optimizer.param_groups[0]["lr"] = batch["learningRate"]
    f = features(torch.tensor(batch["images"], dtype=torch.float32))
    labels = torch.tensor(batch["labels"])
    terms = loss(f, weights["head/weights"], weights["head/bias"], labels, batch["beta"], given["epsilon"])
    lines.append({**terms.metrics(), **terms.gradient_metrics(f)})
    optimizer.zero_grad()
    terms.total.backward()
    optimizer.step()

state = {**{f"weights/{name}": value for name, value in weights.items()},
         **{f"centers/{name}": value for name, value in loss.state_dict().items()}}
print(json.dumps({"lines": lines, "state": {name: value.detach().flatten().tolist() for name, value in state.items()}}))
