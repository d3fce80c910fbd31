import type { Engine } from '../engine.ts';
import { checkLossCases } from '../loss-cases.ts';
import { prepareReferenceStep } from '../reference-step.ts';
import { SELF_CHECK_CASE } from './self-check-case.ts';

/** What an engine shows of itself in about a second. */
export interface SelfCheck {
  /** What is wrong with it; null where nothing is. */
  flaw: string | null;
  /**
   * Milliseconds of one training step, the median. Null where the engine has a flaw, and where its device is a program:
   * steps take seconds there.
   */
  stepMs: number | null;
}

/**
 * How long steps are timed, in milliseconds, and how many at most: a slow engine is not waited for, a fast one needs no
 * more.
 */
const TIME = 400;
const STEPS = 25;

/** Whether an engine computes the right numbers here, and the same bits twice; then how fast it trains. */
export async function selfCheck(engine: Engine): Promise<SelfCheck> {
  const { passed, cases, worst } = await checkLossCases([SELF_CHECK_CASE], engine);
  if (passed < cases)
    return {
      flaw: `it opens, but the loss that it computes is wrong (${describe(worst)} times the error that is allowed)`,
      stepMs: null,
    };
  if (engine.software) return { flaw: null, stepMs: null };
  const step = await prepareReferenceStep(engine, { network: 'cnn-small', batchSize: 64 });
  try {
    if (!(await step.repeats()))
      return { flaw: 'it opens, but the same training step twice gives different bits', stepMs: null };
    return { flaw: null, stepMs: await median(step.time) };
  } finally {
    step.dispose();
  }
}

function describe(worst: Record<string, number>): string {
  return Object.entries(worst)
    .filter(([, error]) => error > 1)
    .map(([kind, error]) => `${kind} ${Number(error.toPrecision(2))}`)
    .join(', ');
}

async function median(time: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let spent = 0; times.length === 0 || (spent < TIME && times.length < STEPS); spent += times.at(-1)!)
    times.push(await time());
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
