import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.js';

const running = new Set();
let stopping = null;

/**
 * Starts a program of ours and gathers what it prints on stdout; its messages go where ours go.
 *
 * It has a process group of its own: a Ctrl-C in a terminal goes to a whole group, and under npm it comes twice, where
 * a second one means "at once". So we alone get it and hand it on, once.
 *
 * @param onOutput gets all that was printed so far, whenever more comes
 * @returns a promise of its status and all that it printed, and a way to end it
 */
export function start(args, onOutput = () => {}) {
  const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  if (stopping) child.kill(stopping);
  let printed = '';
  child.stdout.on('data', (chunk) => onOutput((printed += chunk)));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ status: code ?? 128 + constants.signals[signal], printed });
    });
  });
  return { ended, stop };

  /** Ends it, unless it was asked to already: a second signal would mean "at once". */
  function stop() {
    if (!stopping) child.kill('SIGTERM');
    return ended;
  }
}

/** Hands the first request to end on to all that is running, and to what is started later. */
export function passSignalsOn() {
  for (const [signal, handedOn] of [
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGTERM'],
  ]) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = handedOn;
      for (const child of running) child.kill(handedOn);
    });
  }
}
