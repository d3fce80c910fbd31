import type { CliCommand } from './command.ts';
import { runProgram } from './program.ts';
import { cancelCommand } from './commands/cancel.ts';
import { curvesCommand } from './commands/curves.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { doctorCommand } from './commands/doctor.ts';
import { engineCommand } from './commands/engine.ts';
import { exportCommand } from './commands/export.ts';
import { listCommand } from './commands/list.ts';
import { planCommand } from './commands/plan.ts';
import { retryCommand } from './commands/retry.ts';
import { rmCommand } from './commands/rm.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';

/** In the order in which `cosweep --help` lists them. */
const commands: CliCommand[] = [
  planCommand, runCommand, serveCommand,
  listCommand, showCommand, exportCommand, runsCommand, curvesCommand,
  cancelCommand, retryCommand, rmCommand,
  doctorCommand, engineCommand, datasetsCommand,
];

/** Called by `bin/cosweep.js`. Waits until everything written has left, then ends the process: an engine may keep it alive. */
export async function main(args: readonly string[]): Promise<never> {
  // `cosweep runs latest | head` closes our stdout early: no failure, and nobody is left to write to.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runProgram(args, commands);
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
  process.exit(code);
}
