import * as tf from '@tensorflow/tfjs-core';
import { batchNorm, conv, globalAveragePool, relu, sequence, type LayerOf } from './layer.ts';

/**
 * Residual networks for small images (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
 * section 4.2): a 3×3 convolution with 16 filters, three stages of 16, 32 and 64 filters, the second and third at half
 * the size of the one before, global average pooling. Depth = 6·blocks + 2.
 */
export function resnet(blocks: number): LayerOf {
  const stages = [16, 32, 64].flatMap((filters, stage) =>
    Array.from({ length: blocks }, (_, block) =>
      residual(`stage${stage + 1}/block${block + 1}`, filters, stage > 0 && block === 0 ? 2 : 1),
    ),
  );
  return sequence(conv('stem/conv', 16, 3, 1, false), batchNorm('stem/norm'), relu, ...stages, globalAveragePool);
}

/**
 * relu(x + F(x)); where the shape changes, x goes through a 1×1 convolution with batch norm (option B of the paper).
 */
function residual(name: string, filters: number, stride: number): LayerOf {
  return (input) => {
    const branch = sequence(
      conv(`${name}/conv1`, filters, 3, stride, false),
      batchNorm(`${name}/norm1`),
      relu,
      conv(`${name}/conv2`, filters, 3, 1, false),
      batchNorm(`${name}/norm2`),
    )(input);
    const changes = stride !== 1 || input[2] !== filters;
    const shortcut = sequence(
      ...(changes ? [conv(`${name}/shortcut`, filters, 1, stride, false), batchNorm(`${name}/shortcutNorm`)] : []),
    )(input);
    const join = relu(branch.output);
    return {
      output: branch.output,
      parameters: [...branch.parameters, ...shortcut.parameters],
      statistics: [...branch.statistics, ...shortcut.statistics],
      apply: (x, pass) => join.apply(tf.add(branch.apply(x, pass), shortcut.apply(x, pass)), pass),
      draw: (x, drawing) =>
        join.draw(drawing.add(drawing.layers.add({}), [branch.draw(x, drawing), shortcut.draw(x, drawing)]), drawing),
    };
  };
}
