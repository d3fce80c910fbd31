import type { BatchNormLayer, ConvLayer, DenseLayer, Layer } from '../layers.ts';
import type { ModelName } from '../settings.ts';

/** The networks that have a name, as a definition would write them. Their parameters are drawn by these names. */
export const PRESETS: Record<ModelName, readonly Layer[]> = {
  mlp: mlp(),
  'cnn-small': cnnSmall(),
  cnn: cnn(),
  resnet8: smallResnet(1),
  resnet20: smallResnet(3),
  resnet18: resnet18(),
};

/** Two hidden layers of 256 and 128 units on the flattened image. */
function mlp(): Layer[] {
  return ['flatten', dense('dense1', 256), 'relu', dense('dense2', 128), 'relu'];
}

/**
 * conv 3×3×16, pool, conv 3×3×32, pool: a network for 28×28 images that trains in seconds. Relu comes after each pool,
 * where it has a quarter of the work. That changes nothing: the largest of rectified values is the rectified largest
 * value, with the same gradient.
 */
function cnnSmall(): Layer[] {
  return [conv('conv1', 16), pool(), 'relu', conv('conv2', 32), pool(), 'relu', 'flatten'];
}

/** Two pairs of 3×3 convolutions (32 and 64 filters) with batch norm, each pair followed by a pool; then 128 units. */
function cnn(): Layer[] {
  const normalized = (name: string, filters: number): Layer[] => [
    conv(`${name}/conv`, filters, { bias: false }),
    norm(`${name}/norm`),
    'relu',
  ];
  return [
    ...normalized('block1a', 32),
    ...normalized('block1b', 32),
    pool(),
    ...normalized('block2a', 64),
    ...normalized('block2b', 64),
    pool(),
    'flatten',
    dense('dense', 128),
    'relu',
  ];
}

/**
 * Residual networks for small images (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
 * section 4.2): a 3×3 convolution with 16 filters, three stages of 16, 32 and 64 filters, the second and third at half
 * the size of the one before, global average pooling. Depth = 6·blocks + 2. Where the shape changes, the shortcut is a
 * 1×1 convolution with batch norm (option B of the paper).
 */
function smallResnet(blocks: number): Layer[] {
  return resnet([16, 32, 64], blocks);
}

/**
 * The ResNet-18 of the same paper's table 1 for small images: 64, 128, 256 and 512 filters in four stages of two blocks
 * as there, but its stem is a 3×3 convolution without a pool: 7×7 with stride 2 and a pool would leave 8×8 pixels of a
 * picture of 32×32. This is the form in which it is usually trained on CIFAR.
 */
function resnet18(): Layer[] {
  return resnet([64, 128, 256, 512], 2);
}

function resnet(stages: number[], blocks: number): Layer[] {
  const all = stages.flatMap((filters, stage) =>
    Array.from({ length: blocks }, (_, block) =>
      residual(`stage${stage + 1}/block${block + 1}`, filters, stage > 0 && block === 0 ? 2 : 1),
    ).flat(),
  );
  return [conv('stem/conv', stages[0]!, { bias: false }), norm('stem/norm'), 'relu', ...all, 'globalAveragePool'];
}

/** relu(F(x) + x) */
function residual(name: string, filters: number, stride: number): Layer[] {
  const branch: Layer[] = [
    conv('conv1', filters, { stride, bias: false }),
    norm('norm1'),
    'relu',
    conv('conv2', filters, { bias: false }),
    norm('norm2'),
  ];
  return [{ residual: branch, shortcut: 'projection', name }, 'relu'];
}

function conv(name: string, filters: number, { stride = 1, bias = true } = {}): ConvLayer {
  return { conv: filters, size: 3, stride, padding: 'same', bias, name };
}

function dense(name: string, units: number): DenseLayer {
  return { dense: units, bias: true, name };
}

function norm(name: string): BatchNormLayer {
  return { batchNorm: true, epsilon: 1e-5, rate: 0.1, name };
}

function pool(): Layer {
  return { maxPool: 2, stride: 2, padding: 'same' };
}
