import type { Subject } from '../programs/subject.ts';
import type { Trainer } from '../workers/trainer.ts';
import { Bench, type Task } from './bench.ts';
import { firstDifference } from './first-difference.ts';
import { likelyCauses } from './likely-causes.ts';
import { refuseIncomplete } from './refuse-incomplete.ts';
import { ProgramBroken } from './program-broken.ts';
import { forkOf } from '../programs/structure.ts';
import { savedAt, type Saved, type Trained } from './trained.ts';
import type { Checked, Difference, Verdict } from './verdict.ts';

export interface CheckMeans {
  /** Starts a trainer in a seat. */
  hire: (seat: number) => Trainer;
  /** How many programs may be at work at the same time. */
  seats: number;
  /** For its checkpoints; the caller removes it. */
  folder: string;
  /** Says which imported files are not the program's own, as sentences. */
  foreignModules: (modules: readonly string[]) => Promise<string[]>;
  /** Aborted: the check is given up. */
  ended: AbortSignal;
  tell: (message: string) => void;
}

/**
 * Whether what a program trains after a fork, a stop or a kill is bit by bit what it trains in one piece. The same few
 * batches are trained in several ways, by two programs at a time where there are seats for two.
 *
 * @returns null where it was ended
 */
export async function checkProgram(subject: Subject, means: CheckMeans): Promise<Verdict | null> {
  const started = performance.now();
  const task = toTask(subject);
  const { engine, seed } = subject;
  const checked = { engine, arm: task.arm.name, seed, fork: task.fork, to: task.to, warnings: [] as string[] };
  const over = new AbortController();
  const ended = AbortSignal.any([means.ended, over.signal]);
  const benches = [0, 1].map((seat) => new Bench(seat % means.seats, task, { ...means, ended }));
  const told = { device: null as string | null, versions: {} as Record<string, string> };
  const inAll = (): Checked => ({ ...checked, ...told, seconds: (performance.now() - started) / 1000 });
  try {
    const trainings = await inSeats(means.seats, [
      () => trainForked(benches[0]!, task, subject.metric),
      () => trainBroken(benches[1]!, task),
    ]);
    const [{ whole, trunk, forked }, { again, stopped, continued }] = trainings;
    Object.assign(told, whole.loaded!.machine);
    checked.warnings.push(...stopped.warnings, ...continued.warnings, ...metricWarning(whole, subject.metric));
    checked.warnings.push(...(await means.foreignModules(whole.loaded!.modules ?? [])));
    const difference =
      firstDifference(whole, { comparison: 'repeated', trained: again, from: 0, to: task.to }) ??
      firstDifference(whole, { comparison: 'trunk', trained: trunk, from: 0, to: task.fork }) ??
      firstDifference(whole, { comparison: 'forked', trained: forked, from: task.fork, to: task.to }) ??
      differenceAfterKill(whole, continued, task);
    if (difference === null) return { ...inAll(), kind: 'exact' };
    return { ...inAll(), kind: 'inexact', difference, causes: likelyCauses(difference, task.fork) };
  } catch (error) {
    if (means.ended.aborted) return null;
    if (error instanceof ProgramBroken) return { ...inAll(), kind: 'broken', found: error.message };
    throw error;
  } finally {
    over.abort();
    await Promise.all(benches.map((bench) => bench.end()));
  }
}

/** The arm as it is trained for the check: what is swept of N and of evaluations does not matter. */
export function toTask({ arm, seed }: Subject): Task {
  const fork = forkOf(arm);
  // Without an N of its own β is in force from the first batch on, and stays so.
  const N = arm.training.program.parameters.includes('N') ? fork : arm.N;
  return { arm: { ...arm, N, training: { ...arm.training, evalEvery: fork } }, seed, fork, to: 2 * fork };
}

/** Both at the same time where there are seats for them, else one after the other. */
async function inSeats<A, B>(seats: number, [one, other]: [() => Promise<A>, () => Promise<B>]): Promise<[A, B]> {
  return seats > 1 ? Promise.all([one(), other()]) : [await one(), await other()];
}

/** In one piece; and as a trunk with a fork, which other runs of the sweep would share. */
async function trainForked(
  bench: Bench,
  { fork, to }: Task,
  metric: string,
): Promise<{ whole: Trained; trunk: Trained; forked: Trained }> {
  const whole = await bench.train({ what: `batches 0 to ${to}`, to });
  refuseIncomplete(whole, { fork, to, metric });
  const trunk = await bench.train({ what: `a trunk of ${fork} batches`, to: fork });
  const start = savedAt(trunk, fork)!;
  const forked = await bench.train({ what: `batches ${fork} to ${to} after a fork`, to, start });
  await bench.end();
  return { whole, trunk, forked };
}

interface Broken {
  again: Trained;
  stopped: { warnings: string[] };
  continued: Continued;
}

/** What came of a training that was killed and continued: from which state, null where it had saved none. */
interface Continued {
  from: Saved | null;
  trained: Trained | null;
  warnings: string[];
}

/** Once more in one piece; broken off by a request to stop; and broken off by kill -9, then continued. */
async function trainBroken(bench: Bench, task: Task): Promise<Broken> {
  const again = await bench.train({ what: `batches 0 to ${task.to} once more`, to: task.to });
  const stopped = await askToStop(bench, task);
  const continued = await killAndContinue(bench, task);
  await bench.end();
  return { again, stopped, continued };
}

async function askToStop(bench: Bench, { arm }: Task): Promise<{ warnings: string[] }> {
  const { batches, program } = arm.training;
  const asked = { at: null as number | null, saved: 0 };
  const { result, saved } = await bench.train({
    what: 'until it is asked to stop',
    to: batches,
    onProgress: (worker, before) => {
      if (asked.at !== null) return;
      Object.assign(asked, { at: performance.now(), saved: before });
      worker.stop();
    },
  });
  if (result!.outcome === 'complete')
    return { warnings: [`it trained its ${batches} batches before it could be asked to stop, so that was not tried`] };
  if (saved.length > asked.saved) return { warnings: [] };
  const isLate = performance.now() - asked.at! >= 1000 * program.grace;
  const found = isLate ? `had not ended ${program.grace} s later (training.program.grace)` : 'ended without a save';
  throw new ProgramBroken(
    `asked to stop (SIGTERM, and the file "stop" in its folder) it ${found}; wanted a checkpoint after the batch at ` +
      'work, {"stopped": batch} and its end. Of several processes of one run the first one decides it for all',
  );
}

async function killAndContinue(bench: Bench, { to }: Task): Promise<Continued> {
  const killed = await bench.train({ what: 'until it is killed', to, saveEverySeconds: 0, isKilledAtFirstSave: true });
  const from = killed.saved.find(({ batch }) => batch < to) ?? null;
  if (from === null)
    return { from, trained: null, warnings: ['it saves at the end of a stage alone: what is killed begins it anew'] };
  const what = `batches ${from.batch} to ${to} after kill -9`;
  return { from, trained: await bench.train({ what, to, start: from }), warnings: [] };
}

function differenceAfterKill(whole: Trained, { from, trained }: Continued, { to }: Task): Difference | null {
  if (from === null || trained === null) return null;
  return firstDifference(whole, { comparison: 'continued', trained, from: from.batch, to });
}

function metricWarning({ points }: Trained, metric: string): string[] {
  return points.has(metric) ? [] : [`it reported no ${metric}, by which its sweep decides`];
}
