import { setTimeout as sleep } from 'node:timers/promises';
import { askCards } from './ask-cards.ts';

// A process beside the workers: asks nvidia-smi every ten seconds and sends what the cards do. Nothing that nvidia-smi
// does wrong reaches the main process, and nothing of it is left when the main process ends, however that ends.

const EVERY = 10_000;

// Ctrl-C reaches the whole process group. The main process decides what happens then.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const ended = new AbortController();
process.on('disconnect', () => {
  ended.abort();
  process.exit();
});

try {
  for (;;) {
    const cards = await askCards(ended.signal);
    if (process.connected && cards.length > 0) process.send!(cards);
    await sleep(EVERY);
  }
} catch {
  process.exit(); // there is no nvidia-smi, or it cannot be started
}
