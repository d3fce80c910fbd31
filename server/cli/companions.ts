import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** Another Cosweep at work for this one. */
export interface Companion {
  /** How it ended, and all that it printed on stdout. */
  ended: Promise<{ status: number; printed: string }>;
  /** Ends it, unless it was asked to already: a second signal would mean "at once". */
  stop(): Promise<unknown>;
}

/** Starts companions, and hands the first request to end on to all of them. */
export interface Companions {
  /** @param onOutput gets all that was printed so far, whenever more comes; messages go where ours go */
  start(args: string[], onOutput?: (printed: string) => void): Companion;
}

/**
 * Each companion has a process group of its own: a Ctrl-C in a terminal goes to a whole group, and under npm it comes
 * twice, where a second one means "at once". So this process alone gets it and hands it on, once, to what is started
 * later too.
 */
export function companions(): Companions {
  const running = new Set<ChildProcess>();
  let stopping: NodeJS.Signals | null = null;
  for (const [signal, handedOn] of HANDED_ON) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = handedOn;
      for (const child of running) child.kill(handedOn);
    });
  }
  return {
    start(args, onOutput = () => {}) {
      const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
      running.add(child);
      if (stopping) child.kill(stopping);
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => onOutput((printed += text)));
      const ended = new Promise<{ status: number; printed: string }>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, signal) => {
          running.delete(child);
          resolve({ status: code ?? 128 + constants.signals[signal!], printed });
        });
      });
      return {
        ended,
        stop: () => {
          if (!stopping) child.kill('SIGTERM');
          return ended;
        },
      };
    },
  };
}

const HANDED_ON: [NodeJS.Signals, NodeJS.Signals][] = [
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGTERM'],
];
