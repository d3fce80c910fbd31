/**
 * `npm run bench recording`: what recording costs. It compares two steps: the product's, with everything that it
 * measures per batch and with reading the measurements; and one that only computes the total's gradient and the update.
 * They are compared on every engine that works here, before and after the switch batch, with `cnn-small`, B = 64, one
 * thread. Both take turns, so that the machine's other work hits them alike. What counts is the processor time of the
 * process. Evaluations are timed apart. Writes bench/out/recording.json; exit code 1 where recording costs 15 % or
 * more.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../server/training/engine.ts';
import { median } from '../server/report/statistics/moments.ts';
import { engineEnvironment } from '../server/training/engines/engine-environment.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import type { Phase, Turn, Turns } from './recording/turns.ts';

const ENGINES: EngineName[] = ['tensorflow', 'wasm'];
const MOST = 0.15;
const WIDTH = 12;

interface Row {
  engine: EngineName;
  phase: 'before N' | 'from N on';
  /** Medians over the rounds, in milliseconds per batch. */
  product: Turn;
  bare: Turn;
  /** Median over the rounds of product / bare − 1, in processor time: both turns of a round met the same machine. */
  cost: number;
}

const rows: Row[] = [];
const evaluations: (Turn & { engine: EngineName; images: number })[] = [];
const versions: Record<string, string> = {};
for (const engine of ENGINES) {
  const turns = run(engine);
  if (!turns) continue;
  Object.assign(versions, turns.versions);
  rows.push(toRow(engine, 'before N', turns.before), toRow(engine, 'from N on', turns.after));
  evaluations.push({ engine, ...middle(turns.evaluation), images: turns.evaluated });
}

const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, versions };
const heading = ['ENGINE', 'PHASE', 'RECORDS', 'BARE', 'WALL', 'BARE WALL', 'COST'];
console.log(`${heading.map((name) => name.padEnd(WIDTH)).join('')}\n${rows.map(line).join('\n')}\n`);
for (const { engine, cpu, images } of evaluations)
  console.log(`${engine}: one evaluation of ${images} images ${cpu.toFixed(0)} ms`);
const file = join(projectFolder(), 'bench', 'out', 'recording.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(
  file,
  `${JSON.stringify({ machine, network: 'cnn-small', batchSize: 64, rows, evaluations }, null, 2)}\n`,
);
console.log(`${machine.processor}, one thread; ${file}`);

const over = rows.filter(({ cost }) => !(cost < MOST));
for (const { engine, phase, cost } of over)
  console.error(
    `Recording costs ${(100 * cost).toFixed(0)} % of the step on ${engine} ${phase}; ` +
      `less than ${100 * MOST} % is wanted`,
  );
process.exitCode = over.length > 0 ? 1 : 0;

function run(engine: EngineName): Turns | null {
  const program = fileURLToPath(new URL('./recording/turns.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, engine], {
    encoding: 'utf8',
    env: engineEnvironment(),
    maxBuffer: 1 << 26,
  });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Turns;
  console.log(
    `${engine} does not work here and is left out: ${
      stderr
        .trim()
        .split('\n')
        .findLast((text) => /Error|Cannot/.test(text)) ?? stderr
    }`,
  );
  return null;
}

function toRow(engine: EngineName, phase: Row['phase'], { product, bare }: Phase): Row {
  return {
    engine,
    phase,
    product: middle(product),
    bare: middle(bare),
    cost: median(product.map(({ cpu }, i) => cpu / bare[i]!.cpu)) - 1,
  };
}

function middle(turns: Turn[]): Turn {
  return { wall: median(turns.map(({ wall }) => wall)), cpu: median(turns.map(({ cpu }) => cpu)) };
}

function line({ engine, phase, product, bare, cost }: Row): string {
  const cells = [product.cpu, bare.cpu, product.wall, bare.wall].map((milliseconds) => `${milliseconds.toFixed(2)} ms`);
  return [engine, phase, ...cells, `${(100 * cost).toFixed(1)} %`].map((cell) => cell.padEnd(WIDTH)).join('');
}
