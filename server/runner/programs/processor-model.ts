import { cpus } from 'node:os';

/** Of this machine, as the system calls it. */
export function processorModel(): string {
  return cpus()[0]?.model.trim() ?? 'a processor';
}
