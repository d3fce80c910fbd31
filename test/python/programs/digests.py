"""Prints digests of states as JSON, by name."""
import json
from collections import OrderedDict

import numpy
import torch
from cosweep import digest


def refusal(state):
    try:
        digest(state)
    except ValueError as error:
        return str(error)


weights = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
parameter = torch.nn.Parameter(torch.from_numpy(weights.copy()))
nan = numpy.array([numpy.nan, 0.0], dtype=numpy.float32)
print(json.dumps({
    "numpy": digest({"w": weights, "n": [1, 2.5, None, True, "a"]}),
    "torch": digest({"n": (1, 2.5, None, True, "a"), "w": parameter}),
    "ordered": digest(OrderedDict(n=[1, 2.5, None, True, "a"], w=torch.from_numpy(weights.T.copy()).T)),
    "a bit": digest({"w": numpy.nextafter(weights, 9, dtype=numpy.float32), "n": [1, 2.5, None, True, "a"]}),
    "a shape": digest({"w": weights.reshape(3, 2), "n": [1, 2.5, None, True, "a"]}),
    "a type": digest({"w": weights.view(numpy.int32), "n": [1, 2.5, None, True, "a"]}),
    "another name": digest({"v": weights, "n": [1, 2.5, None, True, "a"]}),
    "moved between": digest({"w": weights, "n": [1, 2.5, None, True], "m": ["a"]}),
    "a number for a flag": digest({"w": weights, "n": [1, 2.5, None, 1, "a"]}),
    "NaN": digest(nan) == digest(nan.copy()),
    "zeros": digest(numpy.float32(0.0)) != digest(numpy.float32(-0.0)),
    "scalars": digest(torch.tensor(2.0)) == digest(numpy.array(2.0, dtype=numpy.float32)),
    "big end": digest(weights.astype(">f4")) == digest(weights),
    "half": digest(torch.ones(3, dtype=torch.bfloat16)) != digest(torch.ones(3, dtype=torch.float16)),
    "numbers as keys": digest({0: 1, 10: 2}) == digest({10: 2, 0: 1}),
    "refused": refusal({"optimizer": {"groups": [{"hook": print}]}}),
}))
