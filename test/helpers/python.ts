import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';

/** The Python files as they are shipped. */
export const pythonFiles = fileURLToPath(new URL('../../python/', import.meta.url));

/**
 * A suite that needs Python with PyTorch. Where `npm test` could not set it up, the suite is skipped loudly; with CI
 * set, that is a failure.
 */
export function describeWithPython(name: string, suite: (python: string) => void): void {
  const python = inject('python');
  if (python !== null) return void describe(name, () => suite(python));
  const missing = 'Python with PyTorch is not set up (npm test does it)';
  if (process.env['CI']) {
    it(`${name}: needs Python`, () => {
      throw new Error(`${missing}, and with CI set nothing may be skipped`);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${missing}\n`);
  describe.skip(name, () => suite('python3'));
}

/** What a Python process sees: our files, nothing of a Cosweep or of ranks above it, and no caches left in our folders. */
export function pythonEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(COSWEEP_|SLURM_|RANK$|WORLD_SIZE$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PYTHONPATH: pythonFiles,
    PYTHONDONTWRITEBYTECODE: '1',
    OMP_NUM_THREADS: '1',
    ...more,
  };
}

/** Runs a program of Python to its end, which has to be a good one. @returns what it printed */
export function runPython(python: string, args: string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(python, args, {
    encoding: 'utf8',
    input,
    env: pythonEnvironment(),
    maxBuffer: 1 << 28,
  });
  expect(status, stderr).toBe(0);
  return stdout;
}
