import { runElementShader, webgpuKernel } from '../kernel.ts';

/** The gradient of relu in one pass: dy where the output y is positive, 0 elsewhere. */
export const reluGrad = webgpuKernel('ReluGrad', ({ inputs, backend }) => {
  const { dy, y } = inputs;
  return runElementShader(backend, {
    key: 'relu gradient',
    outputShape: y!.shape,
    inputs: { dy: dy!, y: y! },
    value: 'return select(0.0, dy[index], y[index] > 0.0);',
  });
});
