/** What process.test.ts has its processes do: the engine, and the TensorFlow.js that it computes with. */
export { openEngine } from '../../../../server/training/engines/open.ts';
export * as tf from '@tensorflow/tfjs-core';
