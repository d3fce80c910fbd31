import { spawnSync } from 'node:child_process';

/** Kills a process and all that it started, as far as these have stayed in its group. */
export function killGroup(pid: number): void {
  if (process.platform === 'win32') {
    // Windows knows no groups.
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // there is none any more
  }
}
