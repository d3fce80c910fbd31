import { median } from '../../server/report/statistics/moments.ts';
import type { MainThread } from '../../server/training/reference-step.ts';
import type { ModelName } from '../../server/sweep/settings.ts';
import { RunningContender, type Contender } from './contender.ts';

/** How long one contender takes for a batch of one network. */
export interface Row {
  network: ModelName;
  batchSize: number;
  engine: string;
  msPerBatch: number;
  /**
   * Time relative to PyTorch in its faster memory layout: the ratio of every round, and of these the median. The
   * machine's other work changes from minute to minute, and all contenders of a round meet it alike. Null where PyTorch
   * is not installed.
   */
  ratioToPyTorch: number | null;
  /**
   * For an engine that hands dispatches to a GPU: how long that takes JavaScript. The GPU should not have to wait for
   * it.
   */
  mainThread?: MainThread & { msPer100Dispatches: number };
}

export const NETWORKS: ModelName[] = ['mlp', 'cnn-small', 'cnn', 'resnet8', 'resnet20'];
const ROUNDS = 7;

/** How long a contender trains in one round, in milliseconds; a batch that takes longer is trained alone. */
const TURN = 400;

/**
 * Lets all contenders that work here train the same step in turns.
 *
 * @param versions is filled with the versions of their libraries
 */
export async function compare(
  network: ModelName,
  batchSize: number,
  contenders: Contender[],
  versions: Record<string, string>,
): Promise<Row[]> {
  const running: RunningContender[] = [];
  for (const contender of contenders) {
    const started = new RunningContender(contender);
    const found = await started.ready();
    if (found) running.push(started);
    else console.log(`${contender.name} does not work here and is left out`);
    Object.assign(versions, found);
  }
  const times = await takeTurns(running);
  const mainThreads = await Promise.all(running.map((contender) => contender.mainThread()));
  running.forEach((contender) => contender.close());
  const medians = times.map((rounds) => median(rounds.flat()));
  const torch = running.flatMap(({ name }, i) => (name.startsWith('pytorch') ? [i] : []));
  const best = torch.sort((a, b) => medians[a]! - medians[b]!)[0];
  return running.map(({ name }, i) => {
    const mainThread = mainThreads[i];
    const per100 = mainThread && {
      mainThread: { ...mainThread, msPer100Dispatches: (100 * mainThread.msPerBatch) / mainThread.dispatches },
    };
    const ratioToPyTorch =
      best === undefined ? null : median(times[i]!.map((round, r) => median(round) / median(times[best]![r]!)));
    return { network, batchSize, engine: name, msPerBatch: medians[i]!, ratioToPyTorch, ...per100 };
  });
}

/** The times of every contender's batches, by round. */
async function takeTurns(running: RunningContender[]): Promise<number[][][]> {
  const times: number[][][] = running.map(() => []);
  const perBatch: number[] = [];
  for (const contender of running) perBatch.push(median(await contender.train(3)));
  const batches = perBatch.map((time) => Math.max(1, Math.round(TURN / time)));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contender] of running.entries()) times[i]!.push(await contender.train(batches[i]!));
  }
  return times;
}

export function table(measured: Row[]): string {
  const lines = measured.map(({ network, batchSize, engine, msPerBatch, ratioToPyTorch, mainThread }) =>
    [
      network.padEnd(10),
      `B = ${batchSize}`.padEnd(8),
      engine.padEnd(24),
      `${msPerBatch.toFixed(2)} ms`.padStart(12),
      ratioToPyTorch === null ? '' : `${ratioToPyTorch.toFixed(2)} × PyTorch`.padStart(16),
      mainThread
        ? `  JavaScript ${mainThread.msPerBatch.toFixed(2)} ms, ` +
          `${mainThread.msPer100Dispatches.toFixed(2)} ms per 100 of ${mainThread.dispatches} dispatches`
        : '',
    ]
      .join(' ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
