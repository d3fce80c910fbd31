import * as tf from '@tensorflow/tfjs-core';

/** The names of the kernels that a computation calls on the engine that is open. */
export function kernelsCalled(compute: () => void): Set<string> {
  const engine = tf.engine();
  const { runKernel } = engine;
  const called = new Set<string>();
  engine.runKernel = (name, ...rest) => {
    called.add(name);
    return runKernel.call(engine, name, ...rest) as never;
  };
  try {
    compute();
  } finally {
    engine.runKernel = runKernel;
  }
  return called;
}
