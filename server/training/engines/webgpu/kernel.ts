import { getKernel, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend, Program } from './backend.ts';

/** What a kernel is called with. */
export interface WebgpuCall<Attributes = object> {
  inputs: Record<string, TensorInfo>;
  backend: WebgpuBackend;
  attrs: Attributes;
}

export function webgpuKernel<Attributes = object>(
  kernelName: string,
  compute: (call: WebgpuCall<Attributes>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return { kernelName, backendName: 'webgpu', kernelFunc: compute as unknown as KernelFunc };
}

/** A shader, in WGSL, that computes one number of its output in every invocation. */
export interface ElementShader {
  /** Tells the shader from others. It stands for everything that is written into the shader's text. */
  key: string;
  outputShape: number[];
  /** The inputs by their names in the text, where they are arrays. */
  inputs: Record<string, TensorInfo>;
  /** Whole numbers that the text knows as `uniforms.NAME`: one shader then serves all sizes. */
  integers?: Record<string, number>;
  /** Functions that `value` calls. */
  functions?: string;
  /** Statements that return the number for `index`. */
  value: string;
  /** Where the number goes in the output; by default to `index`. */
  target?: string;
  /** Statements before `value` and `target`, seen by both. */
  before?: string;
}

/** Threads of a workgroup; every GPU takes as many. */
const WORKGROUP = 64;

/** Computes every number of a float32 tensor by itself. */
export function runElementShader(backend: WebgpuBackend, shader: ElementShader): TensorInfo {
  const { key, outputShape, inputs, integers = {}, functions = '', before = '', value, target = 'index' } = shader;
  const size = outputShape.reduce((product, side) => product * side, 1);
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(size / WORKGROUP), 1, 1],
    size: true,
    shaderKey: `cosweep ${key}`,
    uniforms: Object.keys(integers)
      .map((name) => `${name} : i32, `)
      .join(''),
    getUserCode: () => `
      ${functions}
      fn valueAt(index : i32) -> f32 {
        ${before}
        ${value}
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          ${before}
          result[${target}] = valueAt(index);
        }
      }`,
  };
  return backend.runWebGPUProgram(
    program,
    Object.values(inputs),
    'float32',
    Object.values(integers).map((number) => ({ type: 'int32', data: [number] })),
  );
}

/** Runs a registered kernel, the backend's or ours. */
export function runKernel(
  backend: WebgpuBackend,
  name: string,
  inputs: Record<string, TensorInfo>,
  attrs: object = {},
): TensorInfo {
  return getKernel(name, 'webgpu').kernelFunc({ inputs, attrs, backend } as never) as TensorInfo;
}
