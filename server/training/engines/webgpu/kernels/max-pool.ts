import { runElementShader, webgpuKernel } from '../kernel.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { largestOfWindow, poolKey } from '../pooling.ts';

/** Max pooling in which NaN wins, as in TensorFlow. */
export const maxPool = webgpuKernel<PoolAttributes>('MaxPool', ({ inputs, backend, attrs }) => {
  const info = poolInfo(inputs.x!.shape, attrs);
  const { outHeight, outWidth, inChannels: channels } = info;
  return runElementShader(backend, {
    key: `max pool ${poolKey(info)}`,
    outputShape: info.outShape,
    inputs: { x: inputs.x! },
    functions: largestOfWindow(info),
    value: `
      let pixel = index / ${channels};
      return x[largestOfWindow(
        pixel / ${outHeight * outWidth}, (pixel / ${outWidth}) % ${outHeight}, pixel % ${outWidth},
        index % ${channels})];`,
  });
});
