import { columnSums } from '../column-sums.ts';
import { runElementShader, webgpuKernel } from '../kernel.ts';

interface Attributes {
  epsilon: number;
}

/**
 * With x̂ = (x − μ) / σ and n values per channel: dx = γ / σ · (dy − (Σ dy + x̂ · Σ dy·x̂) / n). Outputs: dx, dγ, dβ.
 */
export const batchNormTrainingGrad = webgpuKernel<Attributes>(
  'BatchNormTrainingGrad',
  ({ inputs, backend, attrs: { epsilon } }) => {
    const { dy, x, gamma, saved0: mean, saved1: variance } = inputs;
    const columns = gamma!.shape[0]!;
    const rows = x!.shape.reduce((product, side) => product * side, 1) / columns;
    const inverse = (column: string): string => `inverseSqrt(variance[${column}] + f32(${epsilon}))`;
    const dBeta = columnSums(backend, { key: 'of dy', rows, columns, inputs: { dy: dy! }, term: 'dy[at]' });
    const dGamma = columnSums(backend, {
      key: `of dy and x normalised ${epsilon}`,
      rows,
      columns,
      inputs: { dy: dy!, x: x!, mean: mean!, variance: variance! },
      term: `dy[at] * ((x[at] - mean[column]) * ${inverse('column')})`,
    });
    const dx = runElementShader(backend, {
      key: `batch norm gradient ${epsilon}`,
      outputShape: x!.shape,
      inputs: { dy: dy!, x: x!, mean: mean!, variance: variance!, gamma: gamma!, dGamma, dBeta },
      integers: { rows, columns },
      value: `
      let c = index % uniforms.columns;
      let inverse = ${inverse('c')};
      let normalized = (x[index] - mean[c]) * inverse;
      return (dy[index] - (dBeta[c] + normalized * dGamma[c]) / f32(uniforms.rows)) * (gamma[c] * inverse);`,
    });
    return [dx, dGamma, dBeta];
  },
);
