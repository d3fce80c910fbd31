import { runElementShader, webgpuKernel } from '../kernel.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { largestOfWindow, poolKey, sumOverWindows } from '../pooling.ts';

/**
 * The gradient of max pooling: each dy goes to the first largest value of its window, as in TensorFlow; the shipped
 * kernel takes the last.
 */
export const maxPoolGrad = webgpuKernel<PoolAttributes>('MaxPoolGrad', ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs;
  const info = poolInfo(input!.shape, attrs);
  return runElementShader(backend, {
    key: `max pool gradient ${poolKey(info)}`,
    outputShape: info.inShape,
    inputs: { dy: dy!, x: input! },
    functions: largestOfWindow(info),
    value: sumOverWindows(
      info,
      `if (largestOfWindow(image, p, q, index % ${info.inChannels}) == index) { sum += dy[dyAt]; }`,
    ),
  });
});
