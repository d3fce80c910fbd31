"""The reference ablation sweep the way it is done today: Optuna (grid sampler, SQLite storage) over PyTorch, every run from scratch.

One process per core with one thread each, all on one study. The same network, loss, optimiser, schedule, data and evaluations as the
product's; of what the product records, only what training needs anyway is computed here: no gradient norms, no measures of the feature
space, no per-batch curves. Images and weights are in PyTorch's faster memory layout, channels last. Reads its settings as JSON from standard input (see bench/sharing.ts), prints one line of JSON.
"""
import gzip
import json
import math
import multiprocessing
import os
import sys
import time

for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import numpy
import optuna
import torch
from torch import nn
from torch.nn import functional as F

MOMENTUM, SCALE, MARGIN = 0.9, 30.0, 0.35


def read_idx(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as file:
        data = file.read()
    sides = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], 'big') for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(sides)


class Data:
    """The images, normalised once; a validation part drawn with a fixed seed, as the product's split is."""

    def __init__(self, settings):
        images = torch.from_numpy(read_idx(settings['images']).astype(numpy.float32)).unsqueeze(1)
        labels = torch.from_numpy(read_idx(settings['labels']).astype(numpy.int64))
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
        held_out, rest = order[:settings['validation']], order[settings['validation']:]
        mean, std = images[rest].mean(), images[rest].std(correction=0)
        images = ((images - mean) / std).contiguous(memory_format=torch.channels_last)
        self.train = images[rest], labels[rest]
        self.validation = images[held_out], labels[held_out]
        self.classes = int(labels.max()) + 1


def build_network(embedding):
    """cnn-small: conv 3×3×16, pool, conv 3×3×32, pool, embedding."""
    layers = [nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
              nn.Flatten(), nn.Linear(7 * 7 * 32, embedding)]
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
        if hasattr(layer, 'bias'):
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def unit(rows):
    return rows * torch.rsqrt(torch.clamp(rows.square().sum(1, keepdim=True), min=1e-24))


def learning_rate(settings, t):
    full, warmup, batches = settings['learningRate'], settings['warmup'], settings['batches']
    if t < warmup:
        return full * (t + 1) / warmup
    return full / 2 * (1 + math.cos(math.pi * (t - warmup) / max(1, batches - warmup)))


@torch.inference_mode()
def evaluate(network, weights, bias, data):
    images, labels = data.validation
    logits = torch.cat([F.linear(network(part), weights, bias) for part in images.split(500)])
    return (logits.argmax(1) == labels).float().mean().item()


def train(arm, seed, settings, data, trial):
    """One run from batch 0. @returns accuracy on the validation part"""
    torch.manual_seed(seed)
    classes, embedding = data.classes, settings['embedding']
    network = build_network(embedding).to(memory_format=torch.channels_last)
    weights = nn.Parameter(nn.init.xavier_uniform_(torch.empty(classes, embedding)))
    bias = nn.Parameter(torch.zeros(classes))
    optimizer = torch.optim.SGD([*network.parameters(), weights, bias], lr=settings['learningRate'], momentum=MOMENTUM)
    sums, counts = torch.zeros(classes, embedding), torch.zeros(classes)
    images, labels = data.train
    order = torch.randperm(len(labels))
    size, position = settings['batchSize'], 0
    accuracy = evaluate(network, weights, bias, data)
    trial.report(accuracy, 0)
    for t in range(settings['batches']):
        if position + size > len(order):
            order, position = torch.randperm(len(labels)), 0
        chosen = order[position:position + size]
        position += size
        target = labels[chosen]
        features = network(images[chosen])
        normal = unit(features)
        with torch.no_grad():
            sums.index_add_(0, target, normal.detach())
            counts.index_add_(0, target, torch.ones(size))
            centers = sums / counts.clamp(min=1).unsqueeze(1)
        cosines = normal @ unit(weights).t()
        total = arm['gamma'] * F.cross_entropy(F.linear(features, weights, bias), target)
        total = total + arm['alpha'] * F.cross_entropy(SCALE * (cosines - MARGIN * F.one_hot(target, classes)), target)
        if arm['beta'] and t >= arm['N']:
            intra = (1 - (normal * unit(centers[target])).sum(1)).mean()
            total = total + arm['beta'] * torch.relu(intra - arm['epsilon'])
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(settings, t)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        if (t + 1) % settings['evalEvery'] == 0 or t + 1 == settings['batches']:
            accuracy = evaluate(network, weights, bias, data)
            trial.report(accuracy, t + 1)
    return accuracy


def grid(settings):
    return {'arm': list(range(len(settings['arms']))), 'seed': settings['seeds']}


def work(settings):
    """One process: takes what is left of the grid until nothing is."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = Data(settings)
    study = optuna.load_study(study_name='ablation', storage=settings['storage'], sampler=optuna.samplers.GridSampler(grid(settings), seed=0))

    def objective(trial):
        arm = trial.suggest_categorical('arm', grid(settings)['arm'])
        seed = trial.suggest_categorical('seed', grid(settings)['seed'])
        return train(settings['arms'][arm], seed, settings, data, trial)

    study.optimize(objective)


def main():
    settings = json.load(sys.stdin)
    started = time.perf_counter()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.create_study(study_name='ablation', storage=settings['storage'], direction='maximize',
                        sampler=optuna.samplers.GridSampler(grid(settings), seed=0))
    processes = [multiprocessing.get_context('spawn').Process(target=work, args=(settings,)) for _ in range(settings['workers'])]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    trials = optuna.load_study(study_name='ablation', storage=settings['storage']).trials
    done = {(trial.params['arm'], trial.params['seed']): trial.value for trial in trials if trial.value is not None}
    print(json.dumps({
        'seconds': time.perf_counter() - started, 'runs': len(done), 'trials': len(trials), 'accuracy': sum(done.values()) / len(done),
        'versions': {'torch': torch.__version__, 'optuna': optuna.__version__},
    }))


if __name__ == '__main__':
    main()
