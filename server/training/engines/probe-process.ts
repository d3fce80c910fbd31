/** The process that `probe.ts` starts: opens one engine, computes something with it, and tells how it went. */
import * as tf from '@tensorflow/tfjs-core';
import { timeReferenceStep } from '../reference-step.ts';
import { openEngine } from './open.ts';
import type { ProbeMessage, ProbeRequest } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';

const { name, timeStep, device: wanted, hardware } = JSON.parse(process.argv[3]!) as ProbeRequest;
process.send!(await probe(), () => process.exit(0));

async function probe(): Promise<ProbeMessage> {
  try {
    const engine = await openEngine(name, wanted);
    const { device, versions, software } = engine;
    const works = (await computes()) && !(hardware && software);
    // A program in a GPU's place takes minutes for what a GPU does in milliseconds.
    const stepMs = works && timeStep && !software ? await timeReferenceStep(engine, { network: 'cnn-small', batchSize: 64, batches: 20 }) : null;
    await engine.close();
    return { works, device, versions, stepMs, reason: works ? null : hardware && software ? `its device is only a program (${device})` : 'it opens, but 2 · 3 is not 6 on it', remedy: null };
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
