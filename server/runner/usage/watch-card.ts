import { fork, type ChildProcess } from 'node:child_process';
import { builtProgram } from '../../training/built-program.ts';
import { usesGpu } from '../../training/engines/uses-gpu.ts';
import { cardOf, isNvidia } from './card-of.ts';
import type { CardSample } from './card-sample.ts';
import { GpuMeter, NO_GPU, type GpuAccount } from './gpu-meter.ts';

/** The card that a sweep is trained on, while it is watched. */
export interface CardWatch {
  /** @param device that a worker trains on, as its engine names it */
  open(device: string): GpuAccount;
  end(): void;
}

/**
 * Watches the card that an engine trains on, if it trains on one. Without nvidia-smi nothing becomes known of the card,
 * and training goes on as it would.
 */
export function watchCard(engine: string): CardWatch {
  const watcher = usesGpu(engine) ? startWatcher() : null;
  if (watcher === null) return { open: () => NO_GPU, end: () => {} };
  const meter = new GpuMeter();
  watcher.on('message', (cards: CardSample[]) => {
    const card = cardOf(cards, engine);
    if (card) meter.note(card);
  });
  return {
    open: (device) => (isNvidia(device) ? meter.open() : NO_GPU),
    end: () => {
      if (watcher.connected) watcher.disconnect(); // it ends with that
    },
  };
}

/** null where the system starts no more processes */
function startWatcher(): ChildProcess | null {
  try {
    const watcher = fork(builtProgram('runner/usage/card-watch'), [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    watcher.on('error', () => {});
    watcher.unref();
    watcher.channel?.unref();
    return watcher;
  } catch {
    return null;
  }
}
