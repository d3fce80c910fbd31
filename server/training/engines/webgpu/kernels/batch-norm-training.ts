import { columnSums } from '../column-sums.ts';
import { runElementShader, runKernel, webgpuKernel } from '../kernel.ts';

interface Attributes {
  epsilon: number;
}

/**
 * Normalises by the moments of the batch. Outputs: y, mean, unbiased variance, and for the gradient the mean and the
 * variance divided by n. It takes five or six dispatches; the composition has a dozen, most of them over the whole
 * activation.
 */
export const batchNormTraining = webgpuKernel<Attributes>(
  'BatchNormTraining',
  ({ inputs, backend, attrs: { epsilon } }) => {
    const { x, gamma, beta } = inputs;
    const columns = gamma!.shape[0]!;
    const rows = x!.shape.reduce((product, side) => product * side, 1) / columns;
    const mean = columnSums(backend, { key: 'of x', rows, columns, inputs: { x: x! }, term: 'x[at]', mean: true });
    const deviations = {
      rows,
      columns,
      inputs: { x: x!, mean },
      term: '(x[at] - mean[column]) * (x[at] - mean[column])',
    };
    const biased = columnSums(backend, { ...deviations, key: 'of squared deviations', mean: true });
    const unbiased = runElementShader(backend, {
      key: 'unbiased variance',
      outputShape: [columns],
      inputs: { biased },
      integers: { rows },
      value: 'return biased[index] * (f32(uniforms.rows) / f32(max(uniforms.rows - 1, 1)));',
    });
    const y = runElementShader(backend, {
      key: `batch norm ${epsilon}`,
      outputShape: x!.shape,
      inputs: { x: x!, mean, biased, gamma: gamma!, beta: beta! },
      integers: { columns },
      value: `
      let c = index % uniforms.columns;
      return (x[index] - mean[c]) * (gamma[c] * inverseSqrt(biased[c] + f32(${epsilon}))) + beta[c];`,
    });
    return [y, mean, unbiased, runKernel(backend, 'Identity', { x: mean }), biased];
  },
);
