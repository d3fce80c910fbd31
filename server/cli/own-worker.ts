import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../training/project-folder.ts';
import type { TrainOptions } from './train-options.ts';

/** In milliseconds: so long the end of the worker is waited for. */
const ENDS_WITHIN = 20_000;

/** A worker of the head's own machine, which joins like any other. */
export interface OwnWorker {
  /** Waits until it has ended, as the head has told it to. */
  ended(): Promise<void>;
}

/** @param joinFile as other machines get it */
export function startOwnWorker(
  joinFile: string,
  { engine, device, workers }: Pick<TrainOptions, 'engine' | 'device' | 'workers'>,
  say: (sentence: string) => void,
): OwnWorker {
  const options = [
    '--engine',
    engine,
    '--slots',
    String(workers),
    ...(device === undefined ? [] : ['--device', device]),
  ];
  const program = join(projectFolder(), 'bin', 'cosweep.js');
  const child = spawn(process.execPath, [program, 'worker', '--join', joinFile, '--idle', '7d', ...options], {
    // It ends where the channel to this process does.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  createInterface({ input: child.stderr! }).on('line', (line) => say(`worker here: ${line}`));
  const ended = once(child, 'close');
  ended.catch(() => {});
  child.on('error', (error) => say(`the worker of this machine could not be started: ${error.message}`));
  return {
    async ended() {
      await Promise.race([ended, sleep(ENDS_WITHIN, undefined, { ref: false })]).catch(() => {});
      child.kill('SIGKILL');
    },
  };
}
