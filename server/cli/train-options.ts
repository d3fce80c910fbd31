import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeOption } from './number-options.ts';
import type { EngineName } from '../training/engine.ts';
import { parseDevices } from '../training/engines/cards/parse-devices.ts';

/** How training is done; the same for `run`, `retry` and `confirm`. */
export interface TrainOptions {
  engine: EngineName | 'auto';
  device?: string;
  workers: number | 'auto';
  perDevice?: number;
  programs?: boolean;
  wait: boolean;
  failOn: 'failed' | 'diverged' | 'none';
  listen?: string | true;
  url?: string;
  join?: string;
  elsewhere?: true;
  audit?: true;
}

export function addTrainOptions(command: Command): Command {
  return addEngineOptions(command)
    .option('--no-wait', 'where another process trains on this database, leave the sweep queued and return')
    .addOption(
      new Option('--fail-on <what>', 'what makes the exit code 1')
        .choices(['failed', 'diverged', 'none'])
        .default('failed'),
    );
}

/** The options that say where training is done; every command that trains has them. */
export function addEngineOptions(command: Command): Command {
  return addEngineOption(command)
    .option(
      '--device <devices>',
      'which GPUs train: all, or their numbers and parts of their names, 0,2; `cosweep doctor` lists them; default: ' +
        'all but those that are much slower than the fastest',
      parseDeviceOption,
    )
    .option('--per-device <count>', 'how many workers share a GPU; default: 1', wholeOption(1, 64))
    .option('--workers <count>', 'processes that train; auto: one per core, or per GPU', parseWorkers, 'auto');
}

/** A mistake in it is told before anything else is done. What it names is looked for when training begins. */
export function parseDeviceOption(text: string): string {
  parseDevices(text);
  return text;
}

export function addEngineOption(command: Command): Command {
  return command.addOption(
    new Option('--engine <engine>', 'auto takes the fastest that works here')
      .choices(['auto', 'tensorflow', 'webgpu', 'wasm'])
      .default('auto'),
  );
}

/** How many there are to be at the same time. */
export function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_024)
    throw new InvalidArgumentError('Want a whole number from 1 to 1024, or auto.');
  return count;
}
