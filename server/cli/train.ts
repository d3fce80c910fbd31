import type { SweepSummary } from '../runner/events.ts';
import { runQueue } from '../runner/run-queue.ts';
import { sweepName } from '../store/database/ids.ts';
import { readSweep } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import type { SweepState } from '../sweep/results.ts';
import { OutsideError, UserError } from '../sweep/user-error.ts';
import { listenAsAsked } from './listen.ts';
import { nativeHint } from './native-hint.ts';
import { goOnWhereNobodyReads } from './nobody-reads.ts';
import { makeRunDisplay } from './run-display.ts';
import { watchdogTime } from './seconds-of.ts';
import type { Session } from './session.ts';
import { shownCommand } from './shown-command.ts';
import { watchStopSignals } from './stop-signals.ts';
import type { TrainOptions } from './train-options.ts';

/** How a sweep stands when this process is done with it; `engine` is null for a sweep that was never started. */
export type Ended = Omit<SweepSummary, 'engine' | 'state'> & { engine: string | null; state: SweepState };

/**
 * Trains a queued sweep, shows how it goes and says how it ended.
 *
 * @returns the exit code
 */
export async function train(
  session: Session,
  storage: Storage,
  sweepId: number,
  options: TrainOptions & { fresh: boolean; trustProgram?: true },
): Promise<number> {
  const { ended, interrupted } = await trainAndShow(session, storage, sweepId, options);
  if (ended !== null && session.json) session.output.json(ended);
  if (ended?.state === 'complete' && !session.json) await sayAnswer(session, storage, sweepId);
  return interrupted ?? exitCodeOf(ended!, options.failOn);
}

async function sayAnswer({ output }: Session, storage: Storage, sweepId: number): Promise<void> {
  const { answerOf, answerText } = await import('./answer.ts');
  const answer = await answerOf(storage, (await readSweep(storage, sweepId))!);
  if (answer !== null) output.say(answerText(answer, sweepName(sweepId)));
}

/**
 * Trains a queued sweep and shows how it goes.
 *
 * @returns `ended`: how the sweep stands then; null where a signal broke the training off. `interrupted`: the exit code
 * of that signal; null where none came
 */
export async function trainAndShow(
  { output }: Session,
  storage: Storage,
  sweepId: number,
  options: Omit<TrainOptions, 'failOn'> & { fresh: boolean; trustProgram?: true },
): Promise<{ ended: Ended; interrupted: number | null } | { ended: null; interrupted: number }> {
  const { engine, device = null, workers, perDevice, programs, wait, fresh, trustProgram, audit } = options;
  const watchdog = watchdogTime();
  goOnWhereNobodyReads();
  const display = makeRunDisplay(output);
  const signals = watchStopSignals((signal) =>
    display.say(`${signal === 'SIGINT' ? 'Ctrl-C' : signal}: stopping at the next checkpoint; once more to stop now`),
  );
  let head: Awaited<ReturnType<typeof listenAsAsked>> = null;
  try {
    head = await listenAsAsked(storage, options, display.say);
    const trained = await runQueue({
      storage,
      sweepId,
      engine,
      device,
      workers,
      ...(perDevice === undefined ? {} : { perDevice }),
      ...(programs === undefined ? {} : { programs }),
      ...(head === null ? {} : { remote: head.remote }),
      ...(audit === undefined ? {} : { audit }),
      wait,
      fresh,
      trustsProgram: trustProgram === true,
      command: shownCommand(process.argv.slice(2)),
      tell: (event) => {
        display.tell(event);
        const hint = event.kind === 'sweep' && event.engine === 'wasm' && event.left > 0 ? nativeHint() : null;
        if (hint !== null) display.say(hint);
      },
      stop: signals.stop,
      kill: signals.kill,
      ...(watchdog === undefined ? {} : { watchdog }),
    });
    return { ended: trained ?? (await standing(storage, sweepId)), interrupted: signals.exitCode() };
  } catch (error) {
    // Ctrl-C reaches the processes of the engines too. A failure that follows from it is no mistake of the user's.
    const interrupted = signals.exitCode();
    if (interrupted === null || !(error instanceof UserError || error instanceof OutsideError)) throw error;
    if (error instanceof OutsideError) display.say(error.message);
    return { ended: null, interrupted };
  } finally {
    await head?.close();
    signals.end();
    display.end();
  }
}

/** How a sweep stands that this process did not train: another process trained it, or it still waits for one. */
async function standing(storage: Storage, sweepId: number): Promise<Ended> {
  const sweep = await readSweep(storage, sweepId);
  if (!sweep) throw new UserError(`Cannot train ${sweepName(sweepId)}: it was removed meanwhile`);
  const { id, name, engine, state, counts, batchesTotal } = sweep;
  const { complete, failed, diverged } = counts;
  return {
    sweepId: id,
    name,
    engine,
    state,
    runs: { complete, failed, diverged, reused: 0 },
    seconds: 0,
    batchesTrained: 0,
    batchesTaken: 0,
    batchesUnshared: batchesTotal,
  };
}

/** A sweep left queued is what `--no-wait` asked for, so its code is 0. A sweep that was stopped is not done. */
export function exitCodeOf({ state, runs, audit }: Ended, failOn: TrainOptions['failOn']): number {
  if (state === 'cancelled' || state === 'interrupted') return 1;
  if (failOn === 'none') return 0;
  if (audit !== undefined && audit.different > 0) return 1;
  return runs.failed > 0 || (failOn === 'diverged' && runs.diverged > 0) ? 1 : 0;
}
