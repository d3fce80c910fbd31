import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { runElementShader, webgpuKernel } from '../kernel.ts';
import { windowInImage, poolKey } from '../pooling.ts';

/** Average pooling over what lies in the image. */
export const avgPool = webgpuKernel<PoolAttributes>('AvgPool', ({ inputs, backend, attrs }) => {
  const info = poolInfo(inputs.x!.shape, attrs);
  const { outHeight, outWidth, inHeight, inWidth, inChannels: channels } = info;
  return runElementShader(backend, {
    key: `average pool ${poolKey(info)}`,
    outputShape: info.outShape,
    inputs: { x: inputs.x! },
    functions: windowInImage(info),
    value: `
      let pixel = index / ${channels};
      let image = pixel / ${outHeight * outWidth};
      let window = windowAt((pixel / ${outWidth}) % ${outHeight}, pixel % ${outWidth});
      var sum = 0.0;
      for (var y = window.x; y < window.y; y++) {
        for (var z = window.z; z < window.w; z++) {
          sum += x[((image * ${inHeight} + y) * ${inWidth} + z) * ${channels} + index % ${channels}];
        }
      }
      return sum / f32((window.y - window.x) * (window.w - window.z));`,
  });
});
