"""The product's training step in JAX, compiled by jax.jit: the same networks, loss, optimiser and what is logged. One thread.

    python3 jax_step.py cnn-small 64
"""
import os
import sys

os.environ.update(JAX_PLATFORMS='cpu', NPROC='1', OMP_NUM_THREADS='1', XLA_FLAGS='--xla_cpu_multi_thread_eigen=false')

import jax
import numpy
from jax import lax, nn
from jax import numpy as np

from reference import ALPHA, BETA, CLASSES, EMBEDDING, EPSILON, GAMMA, MARGIN, MOMENTUM, RATE, SCALE, batch_of, serve

BATCH_NORM_EPSILON = 1e-5


class Weights:
    """Hands out weights by name: drawn while the network is built, then read."""

    def __init__(self, weights, statistics, drawing):
        self.weights, self.statistics, self.drawing = weights, statistics, drawing
        self.random = numpy.random.default_rng(1)

    def get(self, name, shape, fan_in):
        if self.drawing:
            self.weights[name] = np.asarray(self.random.standard_normal(shape, dtype=numpy.float32) * (2 / fan_in) ** 0.5)
        return self.weights[name]

    def constant(self, where, name, size, value):
        if self.drawing:
            where[name] = np.full(size, value, np.float32)
        return where[name]


def conv(given, name, x, filters, size=3, stride=1, bias=True):
    inputs = x.shape[-1]
    kernel = given.get(name, (size, size, inputs, filters), size * size * inputs)
    pad = size // 2
    y = lax.conv_general_dilated(x, kernel, (stride, stride), ((pad, pad), (pad, pad)), dimension_numbers=('NHWC', 'HWIO', 'NHWC'))
    return y + given.constant(given.weights, f'{name}/bias', filters, 0) if bias else y


def normalized(given, name, x, filters, size=3, stride=1):
    y = conv(given, name, x, filters, size, stride, bias=False)
    gamma, beta = given.constant(given.weights, f'{name}/gamma', filters, 1), given.constant(given.weights, f'{name}/beta', filters, 0)
    running = [given.constant(given.statistics, f'{name}/{part}', filters, start) for part, start in (('mean', 0), ('variance', 1))]
    mean, variance = y.mean((0, 1, 2)), y.var((0, 1, 2))
    count = y.size / filters
    for part, old, new in (('mean', running[0], mean), ('variance', running[1], variance * count / (count - 1))):
        given.statistics[f'{name}/{part}'] = lax.stop_gradient(old + 0.1 * (new - old))
    return (y - mean) * (gamma * lax.rsqrt(variance + BATCH_NORM_EPSILON)) + beta


def dense(given, name, x, units):
    return x @ given.get(name, (x.shape[-1], units), x.shape[-1]) + given.constant(given.weights, f'{name}/bias', units, 0)


def pool(x):
    return lax.reduce_window(x, -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), 'VALID')


def residual(given, name, x, filters, stride):
    y = nn.relu(normalized(given, f'{name}/1', x, filters, 3, stride))
    y = normalized(given, f'{name}/2', y, filters)
    if stride != 1 or x.shape[-1] != filters:
        x = normalized(given, f'{name}/shortcut', x, filters, 1, stride)
    return nn.relu(x + y)


def resnet(given, x, blocks):
    x = nn.relu(normalized(given, 'stem', x, 16))
    for stage, filters in enumerate([16, 32, 64]):
        for block in range(blocks):
            x = residual(given, f'{stage}/{block}', x, filters, 2 if stage > 0 and block == 0 else 1)
    return x.mean((1, 2))


def body(network, given, x):
    flat = lambda x: x.reshape(x.shape[0], -1)
    if network == 'mlp':
        return nn.relu(dense(given, 'dense2', nn.relu(dense(given, 'dense1', flat(x), 256)), 128))
    if network == 'cnn-small':
        x = pool(nn.relu(conv(given, 'conv1', x, 16)))
        return flat(pool(nn.relu(conv(given, 'conv2', x, 32))))
    if network == 'cnn':
        for block, filters in enumerate([32, 64]):
            for half in 'ab':
                x = nn.relu(normalized(given, f'{block}{half}', x, filters))
            x = pool(x)
        return nn.relu(dense(given, 'dense', flat(x), 128))
    return resnet(given, x, {'resnet8': 1, 'resnet20': 3}[network])


def unit(rows):
    return rows * lax.rsqrt(np.maximum((rows * rows).sum(1, keepdims=True), 1e-24))


def cross_entropy(logits, one_hot):
    return -(one_hot * nn.log_softmax(logits)).sum(1).mean()


def train_step(network, state, images, labels):
    weights, statistics, velocity, centers = state
    one_hot = nn.one_hot(labels, CLASSES)

    def forward(weights):
        moved = dict(statistics)
        given = Weights(weights, moved, drawing=False)
        return dense(given, 'embedding', body(network, given, images), EMBEDDING), moved

    features, backward, moved = jax.vjp(forward, {name: value for name, value in weights.items() if not name.startswith('head')}, has_aux=True)
    head, bias = weights['head'], weights['head/bias']
    total = centers[0] + one_hot.T @ unit(features)
    count = centers[1] + one_hot.sum(0)
    center = total / np.maximum(count, 1)[:, None]
    own = unit(one_hot @ center)

    intra_class = lambda features: (1 - (unit(features) * own).sum(1)).mean()
    ce, (ce_f, ce_w, ce_b) = jax.value_and_grad(lambda f, w, b: cross_entropy(f @ w.T + b, one_hot), (0, 1, 2))(features, head, bias)
    inter, (inter_f, inter_w) = jax.value_and_grad(
        lambda f, w: cross_entropy(SCALE * (unit(f) @ unit(w).T - MARGIN * one_hot), one_hot), (0, 1))(features, head)
    intra, intra_f = jax.value_and_grad(intra_class)(features)
    truncated, truncated_f = jax.value_and_grad(lambda features: nn.relu(intra_class(features) - EPSILON))(features)

    gradients, = backward(GAMMA * ce_f + ALPHA * inter_f + BETA * truncated_f)
    gradients = {**gradients, 'head': GAMMA * ce_w + ALPHA * inter_w, 'head/bias': GAMMA * ce_b}
    velocity = {name: MOMENTUM * velocity[name] + gradient for name, gradient in gradients.items()}
    moved_weights = {name: weight - RATE * velocity[name] for name, weight in weights.items()}
    accuracy = ((features @ head.T + bias).argmax(1) == labels).mean()
    norms = [np.sqrt((gradient * gradient).sum()) for gradient in (ce_f, inter_f, intra_f)]
    metrics = np.stack([GAMMA * ce + ALPHA * inter + BETA * truncated, ce, inter, intra, truncated, accuracy, *norms])
    return (moved_weights, moved, velocity, (total, count)), metrics


def main():
    network, batch_size = sys.argv[1], int(sys.argv[2])
    images, labels = [np.asarray(array) for array in batch_of(network, batch_size)]
    weights, statistics = {}, {}
    given = Weights(weights, statistics, drawing=True)
    dense(given, 'embedding', body(network, given, images[:2]), EMBEDDING)
    given.get('head', (CLASSES, EMBEDDING), EMBEDDING)
    given.constant(weights, 'head/bias', CLASSES, 0)
    zeros = {name: np.zeros_like(weight) for name, weight in weights.items()}
    state = (weights, statistics, zeros, (np.zeros((CLASSES, EMBEDDING)), np.zeros(CLASSES)))
    step = jax.jit(lambda state, images, labels: train_step(network, state, images, labels), donate_argnums=0)

    def train():
        nonlocal state
        state, metrics = step(state, images, labels)
        jax.block_until_ready(state)
        return metrics.tolist()

    serve(train, {'jax': jax.__version__})


main()
