/**
 * `npm run bench dashboard -- [--size SHARE] [--only requests,commands,pages]`: how long requests, commands and pages
 * take over three databases, and how much memory the server has. The databases are a sweep of 500 arms × 20 seeds, one
 * with runs of a million batches, and 1,000 sweeps. Nothing is trained: SQLite makes them, once, in bench/out, in a few
 * minutes; with a SHARE they are smaller. Every figure is printed beside its goal, which is for the full size. Writes
 * bench/out/dashboard.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectFolder } from '../server/training/project-folder.ts';
import { measureCommands } from './dashboard/commands.ts';
import { makeDatabases } from './dashboard/databases.ts';
import { toLine, type Measurement } from './dashboard/measurement.ts';
import { measurePages } from './dashboard/pages.ts';
import { measureRequests } from './dashboard/requests.ts';

const { values } = parseArgs({ options: { size: { type: 'string' }, only: { type: 'string' } } });
const share = Number(values.size ?? 1);
const only = values.only?.split(',') ?? ['requests', 'commands', 'pages'];
const folder = join(projectFolder(), 'bench', 'out');
mkdirSync(folder, { recursive: true });

const databases = await makeDatabases(folder, share);
const parts = { requests: measureRequests, commands: measureCommands, pages: measurePages };
const measured: Measurement[] = [];
for (const [part, measure] of Object.entries(parts)) {
  if (!only.includes(part)) continue;
  console.log(`\n${part}`);
  for await (const measurement of measure(databases)) {
    measured.push(measurement);
    console.log(toLine(measurement));
  }
}
const missed = measured.filter(({ figure, goal }) => figure > goal).length;
console.log(`\n${measured.length - missed} of ${measured.length} goals met`);
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version };
writeFileSync(join(folder, 'dashboard.json'), `${JSON.stringify({ machine, share, measured }, null, 2)}\n`);
process.exit(0);
