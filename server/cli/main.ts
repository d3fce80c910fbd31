import { commands } from './commands.ts';
import { runProgram } from './program.ts';

/**
 * `bin/cosweep.js` calls this. It waits until all output is written, then ends the process, which an open engine would
 * keep alive.
 */
export async function main(args: readonly string[]): Promise<never> {
  // `cosweep runs latest | head` closes our stdout early. That is no failure, and nobody is left to write to.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runProgram(args, commands);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
  );
  process.exit(code);
}
