"""Computes reference cases with cosweep_loss.py. Standard input: {"dtype": …, "cases": […]}; output: a list of results."""
import json
import sys

import torch
from cosweep_loss import CombinedLoss

given = json.load(sys.stdin)
dtype = getattr(torch, given["dtype"])


def tensor(values, gradient=False):
    return torch.tensor(values, dtype=dtype, requires_grad=gradient)


def compute(case):
    options = dict(case["options"])
    alpha, beta, gamma, epsilon, N, batch = (
        options.pop(name) for name in ("alpha", "beta", "gamma", "epsilon", "N", "batch")
    )
    features, weights, bias = (tensor(case[name], True) for name in ("features", "weights", "bias"))
    loss = CombinedLoss(*weights.shape, alpha, gamma, **options).to(dtype)
    loss.load_state_dict({name: tensor(values) for name, values in case["centersBefore"].items()})
    terms = loss(features, weights, bias, torch.tensor(case["labels"]), beta if batch >= N else 0.0, epsilon)
    terms.total.backward()
    gradients = {"gradFeatures": features, "gradWeights": weights, "gradBias": bias}
    return {
        "terms": {name: value.item() for name, value in terms._asdict().items() if name != "inForce"},
        "centers": {name: value.tolist() for name, value in loss.state_dict().items()},
        "gradients": {
            name: (torch.zeros_like(of) if of.grad is None else of.grad).tolist() for name, of in gradients.items()
        },
    }


print(json.dumps([compute(case) for case in given["cases"]]))
