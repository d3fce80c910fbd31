import { fileReason } from '../sweep/file-error.ts';

/**
 * What happens where stdout or stderr take nothing any more. Messages that nobody takes are dropped. Data that nobody
 * takes end the process, unless it trains: `cosweep runs latest | head` closes our stdout early, and nobody is left to
 * write to.
 */
export function endWhereNobodyReads(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', onStdoutError);
}

let trains = false;

/** Called by commands that train: training goes on, even if nobody reads its messages. */
export function goOnWhereNobodyReads(): void {
  trains = true;
}

let failed = false;

/** Whether stdout refused data, though somebody may want them. */
export function stdoutFailed(): boolean {
  return failed;
}

function onStdoutError(error: NodeJS.ErrnoException): void {
  if (error.code === 'ERR_STREAM_DESTROYED') return; // it failed before, and that was told
  if (error.code === 'EPIPE') {
    if (!trains) process.exit(0);
    return;
  }
  failed = true;
  process.stderr.write(`Cannot write to stdout: ${fileReason(error)}\n`);
  if (!trains) process.exit(1);
}
