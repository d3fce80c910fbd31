import { fork, type ChildProcess } from 'node:child_process';
import { builtProgram } from '../../training/built-program.ts';
import { isNvidia } from '../../training/engines/cards/is-nvidia.ts';
import { usesGpu } from '../../training/engines/uses-gpu.ts';
import { cardOf } from './card-of.ts';
import type { CardSample } from './card-sample.ts';
import { GpuMeter, NO_GPU, type GpuAccount } from './gpu-meter.ts';

/** The cards that a sweep is trained on, while they are watched. */
export interface CardWatch {
  /** @param device that a worker trains on, as its engine names it */
  open(device: string): GpuAccount;
  end(): void;
}

/** Nothing is known of any card. */
export const NO_CARD: CardWatch = { open: () => NO_GPU, end: () => {} };

/**
 * Watches the cards that an engine trains on, if it trains on any. Without nvidia-smi nothing becomes known of them,
 * and training goes on as it would.
 */
export function watchCard(engine: string): CardWatch {
  const watcher = usesGpu(engine) ? startWatcher() : null;
  if (watcher === null) return NO_CARD;
  // By the devices of workers: those of one device share its card.
  const meters = new Map<string, GpuMeter>();
  let last = { cards: [] as CardSample[], at: 0 };
  const note = (device: string, meter: GpuMeter): void => {
    const card = cardOf(last.cards, engine, device);
    if (card) meter.note(card, last.at);
  };
  watcher.on('message', (cards: CardSample[]) => {
    last = { cards, at: performance.now() };
    meters.forEach((meter, device) => note(device, meter));
  });
  return {
    open: (device) => {
      if (!isNvidia(device)) return NO_GPU;
      const meter = meters.get(device) ?? new GpuMeter();
      if (!meters.has(device)) {
        meters.set(device, meter);
        note(device, meter);
      }
      return meter.open();
    },
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
