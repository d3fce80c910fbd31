import { fork } from 'node:child_process';
import { builtProgram } from '../../built-program.ts';
import type { AdapterListing } from './adapters.ts';

/** In milliseconds: drivers that take longer are taken to have no adapters. */
const ANSWER_WITHIN = 30_000;

/**
 * The adapters that Dawn finds, listed in a process of its own: drivers are read once in a process, and may crash it.
 *
 * @param environment what that process has in its environment besides this one's
 * @returns none too where Dawn does not load, which whoever opens the engine is told
 */
export function adaptersElsewhere(environment: Record<string, string>): Promise<AdapterListing[]> {
  return new Promise((resolve) => {
    const child = fork(builtProgram('training/engines/webgpu/adapters-process'), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, ...environment },
    });
    const late = setTimeout(() => child.kill('SIGKILL'), ANSWER_WITHIN);
    let adapters: AdapterListing[] = [];
    child.on('message', (message: AdapterListing[]) => (adapters = message));
    child.on('error', () => resolve([]));
    child.on('close', () => {
      clearTimeout(late);
      resolve(adapters);
    });
  });
}
