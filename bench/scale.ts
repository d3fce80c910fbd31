/**
 * `npm run bench scale [SIZE]`: how long the pages' requests and the commands take over a sweep of 500 arms × 20 seeds,
 * 23 million points, and over two runs of a million batches. Nothing is trained: SQLite makes the databases, once, in
 * bench/out (a minute and 800 MB). SIZE is a share of the arms, as 0.1. Every request is asked of a process of its own,
 * twice: the second answer shows what is remembered. Commands are processes. Writes bench/out/scale.json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { FromProcess, ToProcess } from '../server/http/processes/messages.ts';
import { startAnsweringProcess } from '../server/cli/start-answering-process.ts';
import { openStorage } from '../server/store/database/storage.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import { storeLargeSweep, type LargeSweep } from './scale/large-sweep.ts';

interface Row {
  what: string;
  /** In milliseconds, the first time and the second. */
  first: number;
  again: number | null;
  /** The most memory that the process has taken by then, in MB. */
  memory: number;
}

const share = Number(process.argv[2] ?? 1);
const folder = join(projectFolder(), 'bench', 'out');
const WIDE: LargeSweep = { name: 'a', betas: 100 * share, epsilons: 5, seeds: 20, batches: 400, evalEvery: 40 };
const LONG: LargeSweep = {
  name: 'b',
  betas: 1,
  epsilons: 1,
  seeds: 1,
  batches: 1_000_000,
  evalEvery: 1_000,
  perBatch: ['train/total', 'train/truncated', 'train/intraClass'],
};

const runs = (count: number) => Array.from({ length: count }, (_, i) => `r${i + 1}`).join(',');

/** What is asked: a route, the id in its path, its query. */
const REQUESTS: [what: string, route: string, id: string | null, query: Record<string, string>][] = [
  ['list of sweeps', 'get /sweeps', null, {}],
  ['sweep', 'get /sweeps/:id', 's1', {}],
  ['runs, by last value', 'get /sweeps/:id/runs', 's1', { sort: 'last:val/accuracy' }],
  ['stages', 'get /sweeps/:id/stages', 's1', {}],
  ['curves of 1,000 runs', 'get /curves', null, { runs: runs(1_000), metric: 'val/accuracy' }],
  ['ablation', 'get /sweeps/:id/ablation', 's1', { format: 'page' }],
  ['pairs', 'get /sweeps/:id/pairs', 's1', {}],
];
const LONG_REQUESTS: typeof REQUESTS = [
  ['a million points', 'get /curves', null, { runs: 'r1', metric: 'train/total', width: '1000' }],
  ['zoomed to 2,000', 'get /curves', null, { runs: 'r1', metric: 'train/total', from: '600000', to: '601999' }],
];
const COMMANDS = [
  ['export', 's1'],
  ['runs', 's1'],
  ['show', 's1'],
  ['curves', 'r1'],
];

mkdirSync(folder, { recursive: true });
const wide = await make(`scale-${share}.db`, WIDE);
const long = await make('scale-long.db', LONG);
const rows = [
  ...(await ask(wide, REQUESTS)),
  ...(await ask(long, LONG_REQUESTS)),
  ...COMMANDS.map((args) => command(wide, args)),
];
for (const { what, first, again, memory } of rows) {
  const second = again === null ? '' : `${again.toFixed(0)} ms`;
  const cells = [`${first.toFixed(0)} ms`, second, `${memory.toFixed(0)} MB`].map((cell) => cell.padStart(12));
  console.log(what.padEnd(24) + cells.join(''));
}
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version };
writeFileSync(join(folder, 'scale.json'), `${JSON.stringify({ machine, share, rows }, null, 2)}\n`);
process.exit(0);

async function make(name: string, large: LargeSweep): Promise<string> {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  console.error(`${file} is made …`);
  const storage = await openStorage({ file, create: true });
  storage.raw.pragma('synchronous = OFF');
  storeLargeSweep(storage, large);
  await storage.close();
  return file;
}

/** Asks a process as `serve` starts it. */
async function ask(db: string, requests: typeof REQUESTS): Promise<Row[]> {
  const storage = await openStorage({ file: db, create: false });
  const child = startAnsweringProcess(storage, 'heavy');
  const time = async (route: string, id: string | null, query: Record<string, string>): Promise<number> => {
    const request = { params: id === null ? {} : { id }, query, body: null };
    const start = performance.now();
    child.send({ kind: 'answer', route, request } satisfies ToProcess);
    const message = await new Promise<FromProcess>((resolve) => child.once('message', resolve));
    if (message.kind !== 'reply' || message.reply.status !== 200)
      throw new Error(`${route} gave ${JSON.stringify(message).slice(0, 500)}`);
    return performance.now() - start;
  };
  await time('get /sweeps', null, {});
  const measured: Row[] = [];
  for (const [what, route, id, query] of requests) {
    const [first, again] = [await time(route, id, query), await time(route, id, query)];
    measured.push({ what, first, again, memory: mostMemory(child.pid!) });
  }
  child.kill();
  await storage.close();
  return measured;
}

/** In MB; 0 where the system does not say it as Linux does. */
function mostMemory(pid: number): number {
  const status = `/proc/${pid}/status`;
  return existsSync(status) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))![1]) / 1e3 : 0;
}

function command(db: string, args: string[]): Row {
  const program = join(projectFolder(), 'bin', 'cosweep.js');
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, '--db', db, ...args], {
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cosweep ${args.join(' ')}: ${stderr}`);
  return { what: `cosweep ${args[0]}`, first: performance.now() - start, again: null, memory: 0 };
}
