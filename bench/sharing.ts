/**
 * `npm run bench sharing [DATA] [--rounds N] [--batches N] [--seeds N]`: the reference ablation sweep (28 arms × 3
 * seeds, `cnn-small`, 200 batches of 64), trained in three ways: with shared trunks; without sharing; and the way it is
 * done today, by Optuna over PyTorch, every run from scratch, one process per core. `PYTHON` names a Python that has
 * torch and optuna; without them the third way is left out.
 *
 * Whole processes are timed: start-up, planning and storing included. Only the trial of the engines, once on a machine,
 * comes before. The ways take turns, because a machine's speed drifts. Each turn of another way lies between two of the
 * shared sweep, and its time is compared with the mean of the two. Of times and of ratios, the median over the rounds
 * counts.
 *
 * DATA (or COSWEEP_DATA) is the folder of MNIST's test part as IDX files. Writes bench/out/sharing.json.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean, median } from '../server/report/statistics/moments.ts';
import { openStorage } from '../server/store/database/storage.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import {
  BATCH_SIZE,
  EMBEDDING,
  EVALUATIONS,
  findImages,
  LEARNING_RATE,
  referenceSweep,
  VALIDATION,
  WARMUP,
  type Images,
} from './sharing/definition.ts';

interface Turn {
  seconds: number;
  batches: number;
  /** Batches that were taken from a trunk and not trained. */
  taken: number;
  /** How many evaluations of the network on the validation part were made. */
  evaluations: number;
  /** Mean of the runs' last accuracy on the validation part. */
  accuracy: number;
}

interface Plan {
  arms: number;
  runs: number;
  /** With trunks shared and every ε on its own from N on. */
  batches: number;
  batchesUnshared: number;
  /** Predicted. */
  seconds: { shared: number; unshared: number };
  armList: {
    alpha: number | null;
    beta: number | null;
    gamma: number | null;
    epsilon: number | null;
    N: number | null;
  }[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    batches: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '3' },
  },
});
const [rounds, batches, seeds] = [values.rounds, values.batches, values.seeds].map(Number) as [number, number, number];
const found = findImages(positionals[0]);
if (!found) {
  console.error(
    'Cannot bench sharing: t10k-images-idx3-ubyte(.gz) and its labels were not found; ' +
      'give their folder as argument or in COSWEEP_DATA',
  );
  process.exit(2);
}
const images: Images = found;
const program = join(projectFolder(), 'bin', 'cosweep.js');
const workers = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'cosweep-sharing-'));
const definition = join(folder, 'reference.json');
writeFileSync(definition, JSON.stringify(referenceSweep(images, { batches, seeds })));

const plan = JSON.parse(cosweep('plan.db', '--json', 'plan', definition, '--arms', '--time')) as Plan;
console.log(
  `${plan.arms} arms, ${plan.runs} runs; ${plan.batchesUnshared} batches unshared, ` +
    `${plan.batches} with trunks shared and every ε on its own; ` +
    `predicted: ${plan.seconds.shared.toFixed(0)} s shared, ${plan.seconds.unshared.toFixed(0)} s unshared`,
);
const versions: Record<string, string> = {};
const load = loadavg()[0]!;
const turns: Record<'shared' | 'unshared' | 'optuna', Turn[]> = {
  shared: [await sweep('shared-0.db')],
  unshared: [],
  optuna: [],
};
/** The shared sweep's time over the other way's, turn by turn. */
const ratios: Record<'unshared' | 'optuna', number[]> = { unshared: [], optuna: [] };
for (let round = 0; round < rounds; round++) {
  await compare('unshared', await sweep(`unshared-${round}.db`, '--no-share'));
  const optuna = optunaTorch(round);
  if (optuna) await compare('optuna', optuna);
}
const evaluationInBatches = await costOfEvaluation('unshared-0.db');
rmSync(folder, { recursive: true });

const [shared, unshared, optuna] = [turns.shared, turns.unshared, turns.optuna].map(middle) as [
  Turn,
  Turn,
  Turn | null,
];
const wallRatio = median(ratios.unshared);
const overOptuna = optuna && median(ratios.optuna);
const batchRatio = shared.batches / unshared.batches;
const workRatio = work(shared) / work(unshared);
const result = {
  machine: {
    processor: cpus()[0]!.model,
    cores: cpus().length,
    workers,
    node: process.version,
    versions,
    loadBefore: load,
  },
  sweep: { arms: plan.arms, runs: plan.runs, batches, seeds, rounds },
  shared,
  unshared,
  optuna,
  predictedSeconds: plan.seconds,
  batchesWithoutEpsilonForking: plan.batches,
  savedByEpsilonForking: 1 - (shared.batches + shared.taken) / plan.batches,
  savedAsTrunk: shared.taken / plan.batches,
  wallRatio,
  batchRatio,
  wallOverBatchRatio: wallRatio / batchRatio,
  evaluationInBatches,
  workRatio,
  wallOverWorkRatio: wallRatio / workRatio,
  sharedOverOptuna: overOptuna,
  ratios,
  turns,
};
const file = join(projectFolder(), 'bench', 'out', 'sharing.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(report());

function report(): string {
  const perBatches = (wallRatio / batchRatio).toFixed(3);
  const perWork = (wallRatio / workRatio).toFixed(3);
  return [
    line('cosweep, shared', shared),
    line('cosweep, --no-share', unshared),
    ...(optuna ? [line('Optuna over PyTorch', optuna)] : []),
    '',
    `wall shared / unshared     ${wallRatio.toFixed(3)}`,
    `batches shared / unshared  ${batchRatio.toFixed(3)}  ` +
      `(wall ratio is ${perBatches} × this; at most 1.05 is the goal)`,
    `work shared / unshared     ${workRatio.toFixed(3)}  ` +
      `(evaluations counted too, ${shared.evaluations} and ${unshared.evaluations}, ` +
      `each like ${evaluationInBatches.toFixed(1)} batches; wall ratio is ${perWork} × this)`,
    `ε-forking saves            ${(100 * result.savedByEpsilonForking).toFixed(1)} % ` +
      'of the batches that are left with trunks alone',
    `taken from trunks          ${(100 * result.savedAsTrunk).toFixed(1)} % of them`,
    overOptuna
      ? `shared / Optuna            ${overOptuna.toFixed(3)}  (at most ${(1 / 6).toFixed(3)} is the goal)`
      : 'Python has no torch and optuna here (PYTHON names another one): left out',
    '',
    `${result.machine.processor}, ${workers} workers, load before ${load.toFixed(1)}; ${file}`,
  ].join('\n');
}

/** Trains the whole sweep into a database of its own. */
async function sweep(db: string, ...options: string[]): Promise<Turn> {
  const started = performance.now();
  const summary = JSON.parse(cosweep(db, '--json', '--quiet', 'run', definition, ...options)) as {
    engine: string;
    batchesTrained: number;
    batchesTaken: number;
    runs: { complete: number };
  };
  const seconds = (performance.now() - started) / 1000;
  if (summary.runs.complete !== plan.runs)
    throw new Error(`Cannot time the sweep: ${summary.runs.complete} of ${plan.runs} runs are complete`);
  const runs = JSON.parse(cosweep(db, 'runs', 'latest', '--format', 'json')) as {
    metrics: Record<string, { last: number }>;
  }[];
  versions['engine'] = summary.engine;
  const { evaluations } = await timesOf(db);
  return {
    seconds,
    batches: summary.batchesTrained,
    taken: summary.batchesTaken,
    evaluations,
    accuracy: mean(runs.map(({ metrics }) => metrics['val/accuracy']!.last)),
  };
}

/** Sums over the stages of a sweep of their own work. An evaluation that was taken from a trunk is not counted. */
async function timesOf(
  db: string,
): Promise<{ evaluations: number; batches: number; training: number; evaluation: number }> {
  const storage = await openStorage({ file: join(folder, db), create: false });
  const times = storage
    .prepare(
      `SELECT total(trainingSeconds) AS training, total(evaluationSeconds) AS evaluation,
        sum(batch - fromBatch - taken) AS batches,
        (SELECT count(*) FROM "Artefact" a JOIN "Stage" s ON s.id = a.stageId
          WHERE a.name = 'confusion' AND (a.batch > s.fromBatch + s.taken OR a.batch = 0)) AS evaluations
      FROM "Stage"`,
    )
    .get();
  await storage.close();
  return times as Awaited<ReturnType<typeof timesOf>>;
}

/** How many batches could be trained while one evaluation is made, by a sweep that shares nothing. */
async function costOfEvaluation(db: string): Promise<number> {
  const { training, evaluation, batches, evaluations } = await timesOf(db);
  return evaluation / evaluations / (training / batches);
}

function work({ batches, evaluations }: Turn): number {
  return batches + evaluations * evaluationInBatches;
}

function cosweep(db: string, ...args: string[]): string {
  return execFileSync(process.execPath, [program, '--db', join(folder, db), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
}

/** Null where Python has no torch or no optuna. */
function optunaTorch(round: number): Turn | null {
  const python = process.env['PYTHON'] ?? 'python3';
  if (spawnSync(python, ['-c', 'import torch, optuna']).status !== 0) return null;
  const settings = {
    ...images,
    arms: plan.armList,
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    storage: `sqlite:///${join(folder, `optuna-${round}.db`)}`,
    workers,
    batches,
    batchSize: BATCH_SIZE,
    evalEvery: batches / EVALUATIONS,
    embedding: EMBEDDING,
    learningRate: LEARNING_RATE,
    warmup: WARMUP,
    validation: VALIDATION,
  };
  const started = performance.now();
  const output = execFileSync(python, [join(projectFolder(), 'bench', 'sharing', 'optuna_torch.py')], {
    input: JSON.stringify(settings),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const seconds = (performance.now() - started) / 1000;
  const result = JSON.parse(output) as {
    runs: number;
    trials: number;
    accuracy: number;
    versions: Record<string, string>;
  };
  if (result.runs !== plan.runs)
    throw new Error(`Cannot time Optuna: ${result.runs} of ${plan.runs} runs are complete`);
  Object.assign(versions, result.versions);
  return {
    seconds,
    batches: result.trials * batches,
    taken: 0,
    evaluations: result.trials * (1 + EVALUATIONS),
    accuracy: result.accuracy,
  };
}

/** Compares a turn of another way with the shared sweep before it and with the one after it, which is trained now. */
async function compare(name: 'unshared' | 'optuna', turn: Turn): Promise<void> {
  turns[name].push(turn);
  turns.shared.push(await sweep(`shared-${turns.shared.length}.db`));
  ratios[name].push(mean(turns.shared.slice(-2).map(({ seconds }) => seconds)) / turn.seconds);
}

/** The median time; null where there was no turn. */
function middle(all: Turn[]): Turn | null {
  return all[0] ? { ...all[0], seconds: median(all.map(({ seconds }) => seconds)) } : null;
}

function line(name: string, turn: Turn): string {
  return [
    name.padEnd(22),
    `${turn.seconds.toFixed(1)} s`.padStart(9),
    `${turn.batches} batches`.padStart(15),
    `accuracy ${(100 * turn.accuracy).toFixed(2)} %`,
  ].join('  ');
}
