import { vi } from 'vitest';
import { commands } from '../../server/cli/commands.ts';
import { runProgram } from '../../server/cli/program.ts';
import type { Ended } from './cosweep.ts';

/** Runs a command line in this process and in this folder: without the second that starting a process takes. */
export async function inProcess(args: string[], cwd: string): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  const before = process.cwd();
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => ((texts[name] += String(text)), true)),
  );
  process.chdir(cwd);
  try {
    return { code: await runProgram(args, commands), ...texts };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}
