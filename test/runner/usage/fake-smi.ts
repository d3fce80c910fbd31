import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

/** What a card says while it is busy to the half. */
export const LINE = '0, GPU-5f6c2a1b-0c3d-4e5f-8a9b-0123456789ab, 00000000:3B:00.0, NVIDIA H200, 50, 1024, 200.00';

/** Instructions of a shell. Each notes the process first, so that a test can see whether it is gone. */
export const SAYS = `echo '${LINE}'`;
export const HANGS = 'sleep 600';
export const FLOODS = 'head -c 1000000000 /dev/zero';
export const FAILS = `echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18`;

export interface FakeSmi {
  /** How it was called, a line each time. */
  calls(): string[];
  /** Those of its processes that are alive. */
  alive(): number[];
  /** Waits until it has been called. */
  called(): Promise<void>;
}

/** An `nvidia-smi` that does this, first on the PATH until the test has ended. */
export function fakeSmi(folder: string, body: string): FakeSmi {
  const [bin, calls, pids] = [join(folder, 'bin'), join(folder, 'calls'), join(folder, 'pids')];
  mkdirSync(bin, { recursive: true });
  const file = join(bin, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\necho $$ >> '${pids}'\necho "$@" >> '${calls}'\n${body}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const lines = (of: string): string[] => (existsSync(of) ? readFileSync(of, 'utf8').trim().split('\n') : []);
  return {
    calls: () => lines(calls),
    alive: () => {
      const alive = groupsAlive();
      return lines(pids)
        .map(Number)
        .filter((pid) => alive.has(pid));
    },
    called: async () => {
      while (lines(calls).length === 0) await sleep(20);
    },
  };
}

/** Of a process or of anything that it has started: all of it is one group. What has ended is not alive. */
function groupsAlive(): Set<number> {
  const lines = execFileSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.map((line) => line.trim().split(/\s+/));
  return new Set(all.filter(([, state]) => !state!.startsWith('Z')).map(([group]) => Number(group)));
}
