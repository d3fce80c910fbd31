import { commands } from './commands.ts';
import { endWhereNobodyReads, stdoutFailed } from './nobody-reads.ts';
import { runProgram } from './program.ts';

/**
 * `bin/cosweep.js` calls this. It waits until all output is written, then ends the process, which an open engine would
 * keep alive.
 */
export async function main(args: readonly string[]): Promise<never> {
  endWhereNobodyReads();
  const code = await runProgram(args, commands);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
  );
  process.exit(code === 0 && stdoutFailed() ? 1 : code);
}
