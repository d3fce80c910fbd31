import { readdirSync, readFileSync } from 'node:fs';

/** Processes that know a folder of stages: users' programs, and what they have started. */
export function programsIn(stages: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`COSWEEP_STAGES=${stages}`))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
