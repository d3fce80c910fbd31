/**
 * `npm run bench engines [NETWORK…] [--batch N]…`: milliseconds per batch of the product's real step (forward, the
 * whole loss with everything that is logged, backward, update) on every engine, one thread. Beside them PyTorch, JAX
 * and TensorFlow, where Python has them (`PYTHON` names another Python). All take turns in one run, so that the
 * machine's other work hits them alike. Writes bench/out/engines.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ModelName } from '../server/sweep/settings.ts';
import { median } from '../server/report/statistics/moments.ts';
import { engineEnvironment } from '../server/training/engines/engine-environment.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import type { MainThread } from '../server/training/reference-step.ts';
import { RunningContender, type Contender } from './engines/contender.ts';

interface Row {
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

const NETWORKS: ModelName[] = ['mlp', 'cnn-small', 'cnn', 'resnet8', 'resnet20'];
const ROUNDS = 7;

/** How long a contender trains in one round, in milliseconds; a batch that takes longer is trained alone. */
const TURN = 400;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: 'string', multiple: true, default: ['64', '256'] } },
});
const asked = positionals as ModelName[];
const batchSizes = values.batch.map(Number);
const unknown = asked.filter((name) => !NETWORKS.includes(name));
if (unknown.length > 0) refuse(`Cannot bench ${unknown.join(', ')}: networks are ${NETWORKS.join(', ')}`);
if (!batchSizes.every((size) => Number.isInteger(size) && size > 0))
  refuse(`Cannot bench batches of ${values.batch.join(', ')}: a number of images, 1 or more, is wanted`);

const rows: Row[] = [];
const versions: Record<string, string> = {};
for (const network of asked.length > 0 ? asked : NETWORKS) {
  for (const batchSize of batchSizes) {
    const measured = await compare(network, batchSize);
    rows.push(...measured);
    console.log(table(measured));
  }
}
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, versions };
const file = join(projectFolder(), 'bench', 'out', 'engines.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
console.log(`${machine.processor}, one thread; ${file}`);

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

async function compare(network: ModelName, batchSize: number): Promise<Row[]> {
  const running: RunningContender[] = [];
  for (const contender of contenders(network, batchSize)) {
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

function contenders(network: ModelName, batchSize: number): Contender[] {
  const engineStep = fileURLToPath(new URL('./engines/engine-step.js', import.meta.url));
  const engine = (name: string): Contender => ({
    name,
    program: process.execPath,
    argumentList: [engineStep, name, network, `${batchSize}`],
    environment: engineEnvironment(),
    tellsMainThread: true,
  });
  const python = (name: string, script: string, ...options: string[]): Contender => ({
    name,
    program: process.env.PYTHON ?? 'python3',
    argumentList: [join(projectFolder(), 'bench', 'engines', script), network, `${batchSize}`, ...options],
  });
  return [
    engine('tensorflow'),
    engine('wasm'),
    engine('webgpu'),
    python('pytorch', 'torch_step.py', 'contiguous_format'),
    python('pytorch, channels last', 'torch_step.py', 'channels_last'),
    python('jax', 'jax_step.py'),
    python('tensorflow in Python', 'keras_step.py'),
  ];
}

function table(measured: Row[]): string {
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
