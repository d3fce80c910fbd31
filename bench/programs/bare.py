"""The same steps without Cosweep: one run, nothing reported, nothing saved. Prints the seconds of the run itself, without
those that importing PyTorch takes.

    python3 bare.py BATCHES
"""
import random
import sys
import time

from train import DEFAULTS, Training, read_parts


def main(batches):
    size = DEFAULTS["batchSize"]
    read_parts(DEFAULTS["validation"])
    started = time.perf_counter()
    training = Training(DEFAULTS, DEFAULTS["alpha"], DEFAULTS["gamma"], batches)
    order, at = list(range(len(training.y))), 0
    random.Random(0).shuffle(order)
    training.accuracy()
    for t in range(batches):
        if at + size > len(order):
            random.Random(t).shuffle(order)
            at = 0
        training.step(order[at:at + size], 0.0, 0.0)
        at += size
    training.accuracy()
    print(time.perf_counter() - started)


main(int(sys.argv[1]))
