import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { launcherFile } from './launcher.ts';
import type { TrainOptions } from './train-options.ts';

/** In milliseconds: so long the end of the worker is waited for. */
const ENDS_WITHIN = 20_000;

/** The exit code of a worker that cannot train the sweep. */
const REFUSED = 2;

/** A worker that fails is started again so many times. */
const AGAIN = 3;

/** A worker of the head's own machine, which joins like any other. */
export interface OwnWorker {
  /** The head has told it to end: waits until it has. */
  ended(): Promise<void>;
}

/** @param joinFile as other machines get it */
export function startOwnWorker(
  joinFile: string,
  options: Pick<TrainOptions, 'engine' | 'device' | 'workers' | 'perDevice'>,
  say: (sentence: string) => void,
): OwnWorker {
  let isOver = false;
  let child: ChildProcess;
  const tend = async (starts: number): Promise<void> => {
    child = start(joinFile, options, say);
    const [code, signal] = (await once(child, 'close').catch(() => [1, null])) as [number | null, string | null];
    if (isOver || code === 0) return;
    // What is wrong with the sweep or with this machine would be so again; the worker has said it.
    const isLast = starts > AGAIN || code === REFUSED;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    say(`the worker of this machine ended ${how}${isLast ? ', and is not started again' : ''}`);
    if (!isLast) await tend(starts + 1);
  };
  const ended = tend(1);
  return {
    async ended() {
      isOver = true;
      if (child.connected) child.disconnect(); // it may not have joined yet
      await Promise.race([ended, sleep(ENDS_WITHIN, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
}

function start(
  joinFile: string,
  { engine, device, workers, perDevice }: Pick<TrainOptions, 'engine' | 'device' | 'workers' | 'perDevice'>,
  say: (sentence: string) => void,
): ChildProcess {
  const options = [
    '--engine',
    engine,
    '--slots',
    String(workers),
    ...(device === undefined ? [] : ['--device', device]),
    ...(perDevice === undefined ? [] : ['--per-device', String(perDevice)]),
  ];
  const child = spawn(process.execPath, [launcherFile(), 'worker', '--join', joinFile, '--idle', '7d', ...options], {
    // It ends where the channel to this process does.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  createInterface({ input: child.stderr! }).on('line', (line) => say(`worker here: ${line}`));
  child.on('error', (error) => say(`the worker of this machine could not be started: ${error.message}`));
  return child;
}
