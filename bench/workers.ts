/**
 * `npm run bench workers [--stages N]`: how well workers on other machines share a sweep. A head hands out stages by
 * way of Redis, and 1, 2, 4 and 8 workers "train" them: they sleep for 0.2, 1 or 5 seconds a stage and bring a
 * checkpoint of 1 or 50 MB. So any machine measures what handing out costs, and not what it computes.
 *
 * Speed-up as a share of the ideal one is the time of sleeping alone, divided among the workers, over the time between
 * the first stage's beginning and the last one's end. Goal: at least 0.9 with 8 workers and stages of 1 s. The head's
 * peak memory is its process's own, with checkpoints of 500 MB too (goal: it does not grow with them).
 *
 * Needs redis-server or valkey-server. Writes bench/out/workers.json.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { joinHead } from '../server/remote/worker/open-worker.ts';
import { signStructures } from '../server/runner/workers/measure-bits.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import { Sleeper, type Times } from './workers/sleeper.ts';

const GOAL = 0.9;

interface Case {
  workers: number;
  /** Of a stage. */
  seconds: number;
  megabytes: number;
  stages: number;
}

interface Measured extends Case {
  wall: number;
  /** Share of the ideal speed-up. */
  share: number;
  /** Peak memory of the head, in MB. */
  headMegabytes: number;
}

const { values } = parseArgs({ options: { stages: { type: 'string', default: '64' } } });
const most = Number(values.stages);
const cases: Case[] = [
  ...[0.2, 1].flatMap((seconds) =>
    [1, 2, 4, 8].map((workers) => ({ workers, seconds, megabytes: 1, stages: Math.min(most, 16 * workers) })),
  ),
  { workers: 8, seconds: 5, megabytes: 1, stages: Math.min(most, 32) },
  ...[1, 8].map((workers) => ({ workers, seconds: 1, megabytes: 50, stages: 4 * workers })),
  { workers: 1, seconds: 1, megabytes: 500, stages: 4 },
];

const load = loadavg()[0]!;
const measured: Measured[] = [];
for (const each of cases) {
  measured.push(await measure(each));
  console.log(toText(measured.at(-1)!));
}
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, loadBefore: load };
const file = join(projectFolder(), 'bench', 'out', 'workers.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, `${JSON.stringify({ machine, measured }, null, 2)}\n`);
console.log(`${machine.processor}, ${machine.cores} cores, load before ${load.toFixed(1)}; ${file}`);

async function measure(each: Case): Promise<Measured> {
  const { workers, seconds, stages } = each;
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-workers-'));
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify(definition(stages)));
  const head = startHead(folder);
  const joinFile = join(folder, 'bench.db.join');
  while (!existsSync(joinFile)) await sleep(20);
  let come = (): void => {};
  const all = new Promise<void>((resolve) => (come = resolve));
  const times: Times = { first: Infinity, last: 0, stages: 0, all };
  let there = 0;
  const count = (): void => {
    if (++there === workers) come();
  };
  const over = once(head, 'close');
  let peak = 0;
  const watching = setInterval(() => (peak = Math.max(peak, peakOf(head))), 100);
  await Promise.all([...Array.from({ length: workers }, () => joinAsleep(joinFile, each, times, count)), over]);
  clearInterval(watching);
  rmSync(folder, { recursive: true });
  if (times.stages !== stages) throw new Error(`Found ${times.stages} stages, wanted ${stages}`);
  const wall = (times.last - times.first) / 1000;
  return { ...each, wall, share: (stages * seconds) / workers / wall, headMegabytes: peak };
}

function joinAsleep(
  joinFile: string,
  { seconds, megabytes }: Case,
  times: Times,
  count: () => void,
): Promise<string | null> {
  const hire = (): Sleeper => {
    count();
    return new Sleeper(seconds, megabytes * 1e6, times);
  };
  return joinHead(joinFile, {
    engine: 'wasm',
    findPlaces: async () => ({
      seats: 1,
      hire,
      cardOf: () => null,
      sign: signStructures,
      inexact: null,
    }),
    lock: 30_000,
    idle: Infinity,
    until: Infinity,
    stop: new AbortController().signal,
    log: () => {},
  });
}

function startHead(folder: string): ChildProcess {
  const program = join(projectFolder(), 'bin', 'cosweep.js');
  const args = ['--db', 'bench.db', 'run', 'sweep.json', '--listen', '--elsewhere', '--engine', 'wasm'];
  return spawn(process.execPath, [program, ...args], { cwd: folder, stdio: 'ignore' });
}

/** In MB; 0 where the system does not say. */
function peakOf({ pid }: ChildProcess): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Three arms and their control, of which each run is one stage. @param stages a multiple of 4 */
function definition(stages: number): object {
  return {
    name: 'workers',
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      gamma: { value: 1 },
      alpha: { value: 0.5 },
      beta: { values: [0.1, 0.2, 0.3] },
      epsilon: { value: 0.02 },
      N: { value: 0 },
    },
    seeds: stages / 4,
    training: {
      dataset: { name: 'glyphs', train: 100, validation: 0.5 },
      model: { name: 'mlp', embedding: 8 },
      optimizer: { name: 'sgd', learningRate: 0.01 },
      batchSize: 10,
      batches: 10,
      evalEvery: 10,
    },
  };
}

function toText({ workers, seconds, megabytes, stages, wall, share, headMegabytes }: Measured): string {
  const isGoal = workers === 8 && seconds === 1 && megabytes === 1;
  return (
    `${workers} workers, stages of ${seconds} s, checkpoints of ${megabytes} MB: ${stages} stages ` +
    `in ${wall.toFixed(1)} s, ${share.toFixed(2)} of the ideal speed-up${isGoal ? ` (goal ${GOAL})` : ''}; ` +
    `head ${headMegabytes.toFixed(0)} MB`
  );
}
