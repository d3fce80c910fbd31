import { runElementShader, webgpuKernel } from '../kernel.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { largestOfWindow, poolKey } from '../pooling.ts';

/**
 * The gradient of max pooling: each dy goes to the first largest value of its window, as in TensorFlow; the shipped
 * kernel takes the last.
 */
export const maxPoolGrad = webgpuKernel<PoolAttributes>('MaxPoolGrad', ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs;
  const info = poolInfo(input!.shape, attrs);
  const {
    outHeight,
    outWidth,
    inHeight,
    inWidth,
    inChannels: channels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = info;
  return runElementShader(backend, {
    key: `max pool gradient ${poolKey(info)}`,
    outputShape: info.inShape,
    inputs: { dy: dy!, x: input! },
    functions: largestOfWindow(info),
    // Every pixel asks the windows that it lies in, so that no two threads write to one place.
    value: `
      let pixel = index / ${channels};
      let image = pixel / ${inHeight * inWidth};
      let y = (pixel / ${inWidth}) % ${inHeight} + ${padInfo.top};
      let z = pixel % ${inWidth} + ${padInfo.left};
      var sum = 0.0;
      for (var p = max(0, (y - ${filterHeight} + ${strideHeight}) / ${strideHeight});
          p <= min(y / ${strideHeight}, ${outHeight - 1}); p++) {
        for (var q = max(0, (z - ${filterWidth} + ${strideWidth}) / ${strideWidth});
            q <= min(z / ${strideWidth}, ${outWidth - 1}); q++) {
          if (largestOfWindow(image, p, q, index % ${channels}) == index) {
            sum += dy[((image * ${outHeight} + p) * ${outWidth} + q) * ${channels} + index % ${channels}];
          }
        }
      }
      return sum;`,
  });
});
