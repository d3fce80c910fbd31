"""What jax_step.py and keras_step.py have in common: the numbers of server/training/reference-step.ts, the batch, the line protocol."""
import json
import sys
import time

import numpy

CLASSES, EMBEDDING = 10, 64
ALPHA, BETA, GAMMA, EPSILON, SCALE, MARGIN, RATE, MOMENTUM = 0.5, 0.1, 1.0, 0.05, 30.0, 0.35, 0.01, 0.9


def batch_of(network, batch_size):
    """Noise, height × width × channels, and labels."""
    random = numpy.random.default_rng(1)
    shape = (28, 28, 1) if network in ('mlp', 'cnn-small') else (32, 32, 3)
    images = random.standard_normal((batch_size, *shape), dtype=numpy.float32)
    return images, random.integers(0, CLASSES, batch_size).astype(numpy.int32)


def serve(train, versions):
    """Speaks the line protocol of contender.ts: "ready", then for every line N the times of N batches in milliseconds."""
    def timed():
        start = time.perf_counter()
        train()
        return (time.perf_counter() - start) * 1e3

    for _ in range(5):
        timed()
    print('ready', json.dumps(versions), flush=True)
    for line in sys.stdin:
        print(json.dumps([timed() for _ in range(int(line))]), flush=True)
