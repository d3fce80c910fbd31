import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { runElementShader, webgpuKernel } from '../kernel.ts';
import { poolKey, sumOverWindows, windowInImage } from '../pooling.ts';

/**
 * The gradient of average pooling: each dy is shared evenly by the values of its window that lie in the image. The
 * shipped kernel divides by the size of a whole window at the edges too, where the forward pass does not.
 */
export const avgPoolGrad = webgpuKernel<PoolAttributes>('AvgPoolGrad', ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs;
  const info = poolInfo(input!.shape, attrs);
  return runElementShader(backend, {
    key: `average pool gradient ${poolKey(info)}`,
    outputShape: info.inShape,
    inputs: { dy: dy! },
    functions: windowInImage(info),
    value: sumOverWindows(
      info,
      `let window = windowAt(p, q);
          sum += dy[dyAt] / f32((window.y - window.x) * (window.w - window.z));`,
    ),
  });
});
