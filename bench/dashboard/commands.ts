import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../server/training/project-folder.ts';
import type { Databases } from './databases.ts';
import type { Measurement } from './measurement.ts';

/** The whole process, its start included; seconds as goals. */
const COMMANDS: [database: keyof Databases, args: string[], goal: number][] = [
  ['a', ['export', 's1'], 4],
  ['a', ['runs', 's1'], 2],
  ['a', ['show', 's1'], 1],
  ['a', ['curves', 'r1'], 0.3],
  ['c', ['list'], 1],
];

export async function* measureCommands(databases: Databases): AsyncGenerator<Measurement> {
  const program = join(projectFolder(), 'bin', 'cosweep.js');
  for (const [database, args, goal] of COMMANDS) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [program, '--db', databases[database], ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cosweep ${args.join(' ')}: ${stderr}`);
    const figure = performance.now() - start;
    yield { database, what: `cosweep ${args.join(' ')}`, figure, goal: 1_000 * goal, unit: 'ms' };
  }
}
