import { runElementShader, webgpuKernel } from '../kernel.ts';

/**
 * The arc cosine to float32's precision, by the polynomial of Cephes (asinf.c): WGSL's own may be off by 4096 units in
 * the last place, and on SwiftShader is off by 7 · 10⁻⁵. NaN outside of [−1, 1].
 */
export const acos = webgpuKernel('Acos', ({ inputs, backend }) =>
  runElementShader(backend, {
    key: 'acos',
    outputShape: inputs.x!.shape,
    inputs: { x: inputs.x! },
    functions: `
      // For |a| up to 0.5.
      fn arcSine(a : f32) -> f32 {
        let z = a * a;
        return a + a * z
          * ((((4.2163199048e-2 * z + 2.4181311049e-2) * z + 4.5470025998e-2) * z + 7.4953002686e-2) * z
            + 1.6666752422e-1);
      }`,
    value: `
      let a = x[index];
      if (abs(a) > 1.0) { return uniforms.NAN; }
      if (a > 0.5) { return 2.0 * arcSine(sqrt(0.5 * (1.0 - a))); }
      if (a < -0.5) { return 3.14159265358979 - 2.0 * arcSine(sqrt(0.5 * (1.0 + a))); }
      return 1.57079632679490 - arcSine(a);`,
  }),
);
