import { commands } from './commands.ts';
import { runProgram } from './program.ts';

/**
 * Called by `bin/cosweep.js`. Waits until everything written has left, then ends the process: an engine may keep it
 * alive.
 */
export async function main(args: readonly string[]): Promise<never> {
  // `cosweep runs latest | head` closes our stdout early: no failure, and nobody is left to write to.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runProgram(args, commands);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
  );
  process.exit(code);
}
