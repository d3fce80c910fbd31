/**
 * `npm run bench engines [NETWORK…] [--batch N]…`: milliseconds per batch of the product's real step (forward, the
 * whole loss with everything that is logged, backward, update) on every engine, one thread. Beside them PyTorch, JAX
 * and TensorFlow, where Python has them (`PYTHON` names another Python). All take turns in one run, so that the
 * machine's other work hits them alike. Writes bench/out/engines.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelName } from '../server/sweep/settings.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import { compare, NETWORKS, table, type Row } from './engines/compare.ts';
import { engine, python, type Contender } from './engines/contender.ts';

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
    const measured = await compare(network, batchSize, contenders(network, batchSize), versions);
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

function contenders(network: ModelName, batchSize: number): Contender[] {
  const of = [network, `${batchSize}`] as const;
  return [
    engine('tensorflow', ...of),
    engine('wasm', ...of),
    engine('webgpu', ...of),
    python('pytorch', 'torch_step.py', ...of, 'contiguous_format'),
    python('pytorch, channels last', 'torch_step.py', ...of, 'channels_last'),
    python('jax', 'jax_step.py', ...of),
    python('tensorflow in Python', 'keras_step.py', ...of),
  ];
}
