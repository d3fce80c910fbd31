"""The product's training step in PyTorch: the same networks, the same combined loss with what is logged, the same momentum.

Speaks the line protocol of bench/engines/contender.ts: prints "ready", then for every line N on stdin trains N batches and
prints their times in milliseconds as a JSON list. One thread.

    python3 torch_step.py cnn-small 64 channels_last         # on the processor
    python3 torch_step.py cnn-small 64 channels_last cuda    # on the GPU; ends at once where there is none for PyTorch
"""
import json
import os
import sys
import time

for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.set_num_interop_threads(1)

CLASSES, EMBEDDING = 10, 64
ALPHA, BETA, GAMMA, EPSILON, SCALE, MARGIN, RATE, MOMENTUM = 0.5, 0.1, 1.0, 0.05, 30.0, 0.35, 0.01, 0.9


def conv(inputs, filters, size=3, stride=1, bias=True):
    return nn.Conv2d(inputs, filters, size, stride, size // 2, bias=bias)


def normalized(inputs, filters):
    return [conv(inputs, filters, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


class Residual(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.branch = nn.Sequential(
            conv(inputs, filters, 3, stride, False), nn.BatchNorm2d(filters), nn.ReLU(), conv(filters, filters, bias=False), nn.BatchNorm2d(filters))
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != filters:
            self.shortcut = nn.Sequential(conv(inputs, filters, 1, stride, False), nn.BatchNorm2d(filters))

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def resnet(blocks):
    layers = normalized(3, 16)
    inputs = 16
    for stage, filters in enumerate([16, 32, 64]):
        for block in range(blocks):
            layers.append(Residual(inputs, filters, 2 if stage > 0 and block == 0 else 1))
            inputs = filters
    return [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()], 64


def body(network):
    """Layers and the width of what they give."""
    pool = nn.MaxPool2d(2, 2)
    if network == 'mlp':
        return [nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU()], 128
    if network == 'cnn-small':
        return [conv(1, 16), nn.ReLU(), pool, conv(16, 32), nn.ReLU(), pool, nn.Flatten()], 7 * 7 * 32
    if network == 'cnn':
        blocks = [*normalized(3, 32), *normalized(32, 32), pool, *normalized(32, 64), *normalized(64, 64), pool]
        return [*blocks, nn.Flatten(), nn.Linear(8 * 8 * 64, 128), nn.ReLU()], 128
    return resnet({'resnet8': 1, 'resnet20': 3}[network])


def unit(rows):
    return rows * torch.rsqrt(torch.clamp(rows.square().sum(1, keepdim=True), min=1e-24))


def train_step(net, head, optimizer, centers, images, labels):
    features = net(images)
    at = features.detach().requires_grad_()
    weights, bias = head
    one_hot = F.one_hot(labels, CLASSES).float()

    with torch.no_grad():
        normal = unit(at)
        centers['sum'] += one_hot.t() @ normal
        centers['count'] += one_hot.sum(0)
        center = centers['sum'] / centers['count'].clamp(min=1).unsqueeze(1)

    cosines = unit(at) @ unit(weights).t()
    logits = at @ weights.t() + bias
    cross_entropy = F.cross_entropy(logits, labels)
    inter = F.cross_entropy(SCALE * (cosines - MARGIN * one_hot), labels)
    intra = (1 - (unit(at) * unit(one_hot @ center)).sum(1)).mean()
    truncated = torch.relu(intra - EPSILON)

    ce_f, ce_w, ce_b = torch.autograd.grad(cross_entropy, [at, weights, bias])
    inter_f, inter_w = torch.autograd.grad(inter, [at, weights])
    intra_f, = torch.autograd.grad(intra, [at], retain_graph=True)
    truncated_f, = torch.autograd.grad(truncated, [at])

    optimizer.zero_grad()
    features.backward(GAMMA * ce_f + ALPHA * inter_f + BETA * truncated_f)
    weights.grad = GAMMA * ce_w + ALPHA * inter_w
    bias.grad = GAMMA * ce_b
    optimizer.step()
    with torch.no_grad():
        total = GAMMA * cross_entropy + ALPHA * inter + BETA * truncated
        accuracy = (logits.argmax(1) == labels).float().mean()
        return torch.stack([total, cross_entropy, inter, intra, truncated, accuracy, ce_f.norm(), inter_f.norm(), intra_f.norm()]).tolist()


def main():
    network, batch_size, layout = sys.argv[1], int(sys.argv[2]), getattr(torch, sys.argv[3])
    torch.set_default_device(sys.argv[4] if len(sys.argv) > 4 else 'cpu')
    torch.manual_seed(1)
    layers, width = body(network)
    net = nn.Sequential(*layers, nn.Linear(width, EMBEDDING)).to(memory_format=layout)
    head = (nn.Parameter(torch.randn(CLASSES, EMBEDDING) * 0.1), nn.Parameter(torch.zeros(CLASSES)))
    optimizer = torch.optim.SGD([*net.parameters(), *head], lr=RATE, momentum=MOMENTUM)
    centers = {'sum': torch.zeros(CLASSES, EMBEDDING), 'count': torch.zeros(CLASSES)}
    shape = (1, 28, 28) if network in ('mlp', 'cnn-small') else (3, 32, 32)
    images = torch.randn(batch_size, *shape).contiguous(memory_format=layout)
    labels = torch.randint(0, CLASSES, (batch_size,))

    def timed():
        start = time.perf_counter()
        train_step(net, head, optimizer, centers, images, labels)  # what it logs is read, so that a GPU is waited for
        return (time.perf_counter() - start) * 1e3

    for _ in range(5):
        timed()
    print('ready', json.dumps({'torch': torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps([timed() for _ in range(int(line))]), flush=True)


main()
