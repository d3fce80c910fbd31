import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { softwareGpu } from './helpers/software-gpu.ts';
import { LongestFirst } from './longest-first.ts';
import { NoSkips } from './no-skips.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/shared-folder.ts'],
    // Native addons do not survive worker threads.
    pool: 'forks',
    env: softwareGpu(),
    // Tests start workers and browsers of their own; more files at once would only make each slower.
    maxWorkers: Math.min(2, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    // Training on a busy machine is slow; nothing is asserted about time, so only a hang may reach this.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: process.env['CI'] ? ['default', new NoSkips()] : ['default'],
  },
});
