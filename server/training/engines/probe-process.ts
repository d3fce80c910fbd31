/** The process that `probe.ts` starts: opens one engine, computes something with it, and tells how it went. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineName } from '../engine.ts';
import { timeReferenceStep } from '../reference-step.ts';
import { openEngine } from './open.ts';
import type { ProbeMessage } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';

const [name, task] = process.argv.slice(2) as [EngineName, 'open' | 'time'];
process.send!(await probe(), () => process.exit(0));

async function probe(): Promise<ProbeMessage> {
  try {
    const engine = await openEngine(name);
    const { device, versions } = engine;
    const works = await computes();
    const stepMs = works && task === 'time' ? await timeReferenceStep(engine, { network: 'cnn-small', batchSize: 64, batches: 20 }) : null;
    await engine.close();
    return { works, device, versions, stepMs, reason: works ? null : 'it opens, but 2 · 3 is not 6 on it', remedy: null };
  } catch (error) {
    const { reason, remedy } = error instanceof EngineUnavailable ? error : { reason: (error as Error).message, remedy: null };
    return { works: false, device: null, versions: {}, stepMs: null, reason, remedy };
  }
}

async function computes(): Promise<boolean> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([[2]]), tf.tensor2d([[3]])));
  const [value] = await product.data();
  product.dispose();
  return value === 6;
}
