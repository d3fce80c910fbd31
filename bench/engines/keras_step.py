"""The product's training step in TensorFlow: Keras' layers, one tf.function; the same networks, loss, optimiser and what is logged.

One thread.

    python3 keras_step.py cnn-small 64
"""
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='', OMP_NUM_THREADS='1', KERAS_BACKEND='tensorflow')

import keras
import tensorflow as tf
from keras import layers

from reference import ALPHA, BETA, CLASSES, EMBEDDING, EPSILON, GAMMA, MARGIN, MOMENTUM, RATE, SCALE, batch_of, serve

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def conv(x, filters, size=3, stride=1, bias=True):
    return layers.Conv2D(filters, size, stride, 'same', use_bias=bias)(x)


def normalized(x, filters, size=3, stride=1):
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(conv(x, filters, size, stride, bias=False))


def residual(x, filters, stride):
    y = normalized(layers.ReLU()(normalized(x, filters, 3, stride)), filters)
    if stride != 1 or x.shape[-1] != filters:
        x = normalized(x, filters, 1, stride)
    return layers.ReLU()(layers.Add()([x, y]))


def resnet(x, blocks):
    x = layers.ReLU()(normalized(x, 16))
    for stage, filters in enumerate([16, 32, 64]):
        for block in range(blocks):
            x = residual(x, filters, 2 if stage > 0 and block == 0 else 1)
    return layers.GlobalAveragePooling2D()(x)


def body(network, x):
    pool = layers.MaxPooling2D(2, 2)
    if network == 'mlp':
        for units in (256, 128):
            x = layers.ReLU()(layers.Dense(units)(layers.Flatten()(x)))
        return x
    if network == 'cnn-small':
        for filters in (16, 32):
            x = pool(layers.ReLU()(conv(x, filters)))
        return layers.Flatten()(x)
    if network == 'cnn':
        for filters in (32, 64):
            for _ in range(2):
                x = layers.ReLU()(normalized(x, filters))
            x = pool(x)
        return layers.ReLU()(layers.Dense(128)(layers.Flatten()(x)))
    return resnet(x, {'resnet8': 1, 'resnet20': 3}[network])


def unit(rows):
    return rows * tf.math.rsqrt(tf.maximum(tf.reduce_sum(rows * rows, 1, keepdims=True), 1e-24))


def step_of(network, image_shape):
    image = keras.Input(image_shape)
    model = keras.Model(image, layers.Dense(EMBEDDING)(body(network, image)))
    head = tf.Variable(tf.random.stateless_normal((CLASSES, EMBEDDING), [1, 1]) * 0.1)
    bias = tf.Variable(tf.zeros(CLASSES))
    total, count = tf.Variable(tf.zeros((CLASSES, EMBEDDING))), tf.Variable(tf.zeros(CLASSES))
    weights = [variable.value for variable in model.trainable_variables]
    velocity = [tf.Variable(tf.zeros_like(weight)) for weight in [*weights, head, bias]]

    @tf.function
    def step(images, labels):
        one_hot = tf.one_hot(labels, CLASSES)
        with tf.GradientTape() as network_tape:
            features = model(images, training=True)

        total.assign_add(tf.matmul(one_hot, unit(features), transpose_a=True))
        count.assign_add(tf.reduce_sum(one_hot, 0))
        own = unit(tf.matmul(one_hot, total / tf.maximum(count, 1)[:, None]))

        with tf.GradientTape(persistent=True) as tape:
            tape.watch(features)
            logits = tf.matmul(features, head, transpose_b=True) + bias
            ce = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
            cosines = tf.matmul(unit(features), unit(head), transpose_b=True)
            inter = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, SCALE * (cosines - MARGIN * one_hot)))
            intra = tf.reduce_mean(1 - tf.reduce_sum(unit(features) * own, 1))
            truncated = tf.nn.relu(intra - EPSILON)
        ce_f, ce_w, ce_b = tape.gradient(ce, [features, head, bias])
        inter_f, inter_w = tape.gradient(inter, [features, head])
        intra_f, truncated_f = tape.gradient(intra, features), tape.gradient(truncated, features)

        gradients = network_tape.gradient(features, weights, GAMMA * ce_f + ALPHA * inter_f + BETA * truncated_f)
        gradients += [GAMMA * ce_w + ALPHA * inter_w, GAMMA * ce_b]
        for weight, gradient, moving in zip([*weights, head, bias], gradients, velocity):
            moving.assign(MOMENTUM * moving + gradient)
            weight.assign_sub(RATE * moving)
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1, tf.int32), labels), tf.float32))
        return tf.stack([GAMMA * ce + ALPHA * inter + BETA * truncated, ce, inter, intra, truncated, accuracy, *map(tf.norm, (ce_f, inter_f, intra_f))])

    return step


def main():
    network, batch_size = sys.argv[1], int(sys.argv[2])
    images, labels = [tf.constant(array) for array in batch_of(network, batch_size)]
    step = step_of(network, images.shape[1:])
    serve(lambda: step(images, labels).numpy(), {'tensorflow in Python': tf.__version__, 'keras': keras.__version__})


main()
