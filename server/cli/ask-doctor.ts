import { spawn } from 'node:child_process';
import type { Actions } from '../http/route.ts';
import type { DoctorKept, DoctorResponse } from '../http/schemas/doctor.ts';
import { OutsideError } from '../sweep/user-error.ts';
import { launcher } from './launcher.ts';

/**
 * Runs `cosweep doctor --json` in a process of its own, so that a long-lived server never loads an engine. A call that
 * comes while that process is at work gets the same answer, and the last answer is kept.
 */
export function doctorAsker(db: string): Pick<Actions, 'doctor' | 'lastDoctor'> {
  let asked: Promise<DoctorKept> | null = null;
  let last: DoctorKept | null = null;
  return {
    lastDoctor: () => last,
    doctor() {
      asked ??= ask(db)
        .then((report) => (last = { measuredAt: new Date().toISOString(), report }))
        .finally(() => (asked = null));
      return asked;
    },
  };
}

function ask(db: string): Promise<DoctorResponse> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, launcher(db, 'doctor', '--json'), { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const attempted = 'Cannot tell what works here: cosweep doctor';
      if (signal !== null) return reject(new OutsideError(`${attempted} was killed by ${signal}`));
      if (code !== 0) return reject(new Error(`${attempted} ended with exit code ${code}: ${stderr.trim()}`));
      try {
        resolve(JSON.parse(stdout) as DoctorResponse);
      } catch {
        reject(new Error(`${attempted} printed no JSON: ${stdout.slice(0, 200)}`));
      }
    });
  });
}
