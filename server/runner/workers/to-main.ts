import { explainFileError } from '../../sweep/file-error.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import type { FromWorker } from './messages.ts';

// What every worker process says to the main process.

/**
 * Ctrl-C reaches the whole process group. The main process decides what happens then, and says so by message. Without a
 * main process nobody takes the results.
 *
 * @param end is called when the main process is gone, or lets this one go
 */
export function followMain(end: () => Promise<void>): void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => void end());
}

/** Whoever sent for this process may be gone meanwhile. */
export function send(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

/**
 * Waits until the message is on its way: a process that ends at once would take it along.
 *
 * @param ends whether the process cannot go on, and ends now
 */
export async function sendFailure(thrown: unknown, ends: boolean): Promise<void> {
  const error = explainFileError(thrown);
  const message = error instanceof Error ? error.message : String(error);
  const failed: FromWorker = { kind: 'failed', message, ends, outside: error instanceof OutsideError };
  if (process.connected) await new Promise((sent) => process.send!(failed, undefined, undefined, sent));
}

/** In milliseconds: as often a sign of life is given, at most. */
const SIGN_EVERY = 1_000;
let signed = 0;

export function sayAlive(): void {
  if (performance.now() - signed < SIGN_EVERY) return;
  signed = performance.now();
  send({ kind: 'alive' });
}
