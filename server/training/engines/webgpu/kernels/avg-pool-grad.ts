import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { runElementShader, webgpuKernel } from '../kernel.ts';
import { windowInImage, poolKey } from '../pooling.ts';

/**
 * The gradient of average pooling: each dy is shared evenly by the values of its window that lie in the image. The
 * shipped kernel divides by the size of a whole window at the edges too, where the forward pass does not.
 */
export const avgPoolGrad = webgpuKernel<PoolAttributes>('AvgPoolGrad', ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs;
  const info = poolInfo(input!.shape, attrs);
  const { outHeight, outWidth, inHeight, inWidth, inChannels: channels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return runElementShader(backend, {
    key: `average pool gradient ${poolKey(info)}`,
    outputShape: info.inShape,
    inputs: { dy: dy! },
    functions: windowInImage(info),
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
          let window = windowAt(p, q);
          sum += dy[((image * ${outHeight} + p) * ${outWidth} + q) * ${channels} + index % ${channels}]
            / f32((window.y - window.x) * (window.w - window.z));
        }
      }
      return sum;`,
  });
});
