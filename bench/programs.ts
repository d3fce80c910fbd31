/**
 * `npm run bench programs [DATA] [--rounds N] [--batches N] [--seeds N] [--seconds N]`: what it costs that a user's own
 * program is trained by Cosweep.
 *
 * Overhead of a stage: so many seconds of the same steps in PyTorch by themselves, against what one more run takes in a
 * sweep, started anew for every stage (level 2) and staying for all of them (level 3). Goal: at most 3 %.
 *
 * The reference ablation sweep (28 arms × 3 seeds): the program shared by Cosweep, against Optuna over the same script.
 * Goal: the wall ratio is at most 1.15 × the ratio of the batches. The ways take turns, and each turn of Optuna lies
 * between two of Cosweep, with whose mean it is compared; the median of the ratios counts. The check whether the
 * program's forks are exact, once for a program, comes before.
 *
 * DATA (or COSWEEP_DATA) is the folder of MNIST's test part as IDX files; `PYTHON` names a Python that has torch and
 * optuna. Writes bench/out/programs.json.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean, median } from '../server/report/statistics/moments.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import { findImages, referenceGrid } from './sharing/definition.ts';

const OVERHEAD_GOAL = 0.03;
const RATIO_GOAL = 1.15;
/** Batches of the first look at the pace. */
const FIRST = 100;
/** Runs of the longer of the two sweeps whose difference is taken. */
const MORE = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    batches: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
  },
});
const [rounds, batches, seeds, seconds] = (['rounds', 'batches', 'seeds', 'seconds'] as const).map((name) =>
  Number(values[name]),
) as [number, number, number, number];
const images = findImages(positionals[0]);
if (images === null) {
  console.error(
    'Cannot bench programs: t10k-images-idx3-ubyte(.gz) and its labels were not found; ' +
      'give their folder as argument or in COSWEEP_DATA',
  );
  process.exit(2);
}
const python = process.env['PYTHON'] ?? 'python3';
const cosweepProgram = join(projectFolder(), 'bin', 'cosweep.js');
const workers = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'cosweep-programs-'));
const env = { ...process.env, IMAGES: images.images, LABELS: images.labels, OMP_NUM_THREADS: '1' };
for (const file of ['train.py', 'bare.py', 'same_by_optuna.py'])
  copyFileSync(join(projectFolder(), 'bench', 'programs', file), join(folder, file));
for (const file of ['cosweep.py', 'cosweep_loss.py'])
  copyFileSync(join(projectFolder(), 'python', file), join(folder, file));

const load = loadavg()[0]!;
const overhead = measureOverhead();
console.log(overheadText());
const sweep = measureSweep();
rmSync(folder, { recursive: true });
const result = {
  machine: { processor: cpus()[0]!.model, workers, node: process.version, loadBefore: load },
  overhead,
  sweep,
};
const file = join(projectFolder(), 'bench', 'out', 'programs.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(sweepText());
console.log(`${result.machine.processor}, ${workers} workers, load before ${load.toFixed(1)}; ${file}`);

/** Seconds of one more run, by itself and in a sweep, of a process for each run and of one for all of them. */
function measureOverhead() {
  const length = Math.round((FIRST * seconds) / bare(FIRST).steps);
  const alone = [1, 2].map(() => bare(length));
  const level = (resident: boolean) => {
    const name = resident ? 'resident' : 'forking';
    const definition = define(name, { resident, length, runs: MORE });
    cosweep(`${name}.db`, 'engine', 'check', definition);
    const one = define(`${name}-one`, { resident, length, runs: 1 });
    const times = [define(`${name}-more`, { resident, length, runs: MORE }), one].map(
      (each, i) => time(() => cosweep(`${name}-${i}.db`, '--quiet', 'run', each, '--workers', '1')).seconds,
    ) as [number, number];
    return (times[0] - times[1]) / (MORE - 1);
  };
  const [process, steps] = (['process', 'steps'] as const).map((what) => mean(alone.map((turn) => turn[what])));
  return { batches: length, process: process!, steps: steps!, level2: level(false), level3: level(true) };
}

/** The same steps without Cosweep: the seconds of the whole process, and those of its steps. */
function bare(length: number): { process: number; steps: number } {
  const turn = time(() => execFileSync(python, ['bare.py', String(length)], { cwd: folder, env, encoding: 'utf8' }));
  return { process: turn.seconds, steps: Number(turn.output) };
}

/** A sweep of one arm without the phase and so many seeds; the path of its definition. */
function define(name: string, { resident, length, runs }: { resident: boolean; length: number; runs: number }): string {
  const parameters = { gamma: 1, alpha: 0.5, beta: 0, epsilon: 0.02, N: 0 };
  return write(name, {
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, { value }])),
    ablations: [],
    seeds: runs,
    training: { ...trainingOf(resident), batches: length, evalEvery: length },
  });
}

function trainingOf(resident: boolean): object {
  const program = {
    command: [python, 'train.py'],
    files: ['train.py', 'cosweep.py', 'cosweep_loss.py'],
    dataVersion: 'MNIST test part',
    fork: true,
    resident,
    env: ['IMAGES', 'LABELS'],
  };
  return { program, lr: 0.01, batchSize: 64, width: 64, validation: 2000 };
}

function write(name: string, definition: object): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ name, metric: { name: 'val/accuracy' }, ...definition }));
  return path;
}

/** The reference sweep by Cosweep at level 3, and by Optuna. */
function measureSweep() {
  const definition = write('reference', {
    ...referenceGrid(),
    seeds,
    training: { ...trainingOf(true), batches, evalEvery: batches / 4 },
  });
  const plan = JSON.parse(cosweep('plan.db', '--json', 'plan', definition, '--arms')) as {
    runs: number;
    armList: Record<string, number | null>[];
  };
  const checked = time(() => cosweep('check.db', 'engine', 'check', definition)).seconds;
  let turns = 0;
  const shared = (): { seconds: number; batches: number } => {
    const run = ['run', definition, '--workers', String(workers)];
    const turn = time(() => cosweep(`shared-${turns++}.db`, '--json', '--quiet', ...run));
    return { seconds: turn.seconds, batches: (JSON.parse(turn.output) as { batchesTrained: number }).batchesTrained };
  };
  const before = [shared()];
  const optuna: { seconds: number; trials: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    optuna.push(byOptuna(plan.armList, round));
    before.push(shared());
  }
  const ratios = optuna.map((turn, i) => mean([before[i]!, before[i + 1]!].map((each) => each.seconds)) / turn.seconds);
  const batchRatio = before[0]!.batches / (optuna[0]!.trials * batches);
  return {
    runs: plan.runs,
    checked,
    shared: median(before.map((turn) => turn.seconds)),
    optuna: median(optuna.map((turn) => turn.seconds)),
    wallRatio: median(ratios),
    batchRatio,
    ratios,
  };
}

function byOptuna(
  armList: readonly Record<string, number | null>[],
  round: number,
): { seconds: number; trials: number } {
  const arms = armList.map(({ alpha, beta, gamma, epsilon, N }) => ({ alpha, beta, gamma, epsilon, N }));
  const settings = {
    arms,
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    batches,
    evalEvery: batches / 4,
    workers,
    storage: `sqlite:///${join(folder, `optuna-${round}.db`)}`,
  };
  const input = JSON.stringify(settings);
  const turn = time(() => execFileSync(python, ['same_by_optuna.py'], { cwd: folder, env, input, encoding: 'utf8' }));
  const { runs, trials } = JSON.parse(turn.output) as { runs: number; trials: number };
  if (runs !== arms.length * seeds)
    throw new Error(`Cannot time Optuna: ${runs} of ${arms.length * seeds} runs are complete`);
  return { seconds: turn.seconds, trials };
}

function time(action: () => string): { seconds: number; output: string } {
  const started = performance.now();
  const output = action();
  return { seconds: (performance.now() - started) / 1000, output };
}

function cosweep(db: string, ...args: string[]): string {
  return execFileSync(process.execPath, [cosweepProgram, '--db', join(folder, db), ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
}

function overheadText(): string {
  const { batches: length, process, steps, level2, level3 } = overhead;
  const line = (name: string, theirs: number, ours: number) =>
    `${name.padEnd(40)} ${theirs.toFixed(2)} s alone, ${ours.toFixed(2)} s in a sweep: ` +
    `${percent(ours / theirs - 1)} (at most ${percent(OVERHEAD_GOAL)} is the goal)`;
  return [
    `A stage of ${length} batches`,
    line('level 2, a process for each stage', process, level2),
    line('level 3, one process for all of them', steps, level3),
  ].join('\n');
}

function sweepText(): string {
  const { runs, checked, shared, optuna, wallRatio, batchRatio } = sweep;
  return [
    `The reference sweep, ${runs} runs: Cosweep ${shared.toFixed(1)} s, Optuna over the same script ` +
      `${optuna.toFixed(1)} s; the check of the program took ${checked.toFixed(1)} s before`,
    `wall ${wallRatio.toFixed(3)}, batches ${batchRatio.toFixed(3)}: ${(wallRatio / batchRatio).toFixed(3)} × ` +
      `(at most ${RATIO_GOAL} is the goal)`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
