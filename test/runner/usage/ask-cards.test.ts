import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { askCards } from '../../../server/runner/usage/ask-cards.ts';
import { temporaryFolder } from '../study.ts';
import { FAILS, fakeSmi, FLOODS, HANGS, SAYS, type FakeSmi } from './fake-smi.ts';

const never = new AbortController().signal;
const card = expect.objectContaining({ index: 0, use: 0.5, memory: 2 ** 30, power: 200 });

async function untilGone(smi: FakeSmi): Promise<void> {
  while (smi.alive().length > 0) await sleep(20);
}

test('nvidia-smi is asked for what is read of it', async () => {
  const smi = fakeSmi(temporaryFolder(), SAYS);
  expect(await askCards(never)).toEqual([card]);
  expect(smi.calls()).toEqual([
    '--query-gpu=index,uuid,pci.bus_id,name,utilization.gpu,memory.used,power.draw --format=csv,noheader,nounits',
  ]);
});

test('of one that fails what it has printed is read, and one that is not there is an error', async () => {
  fakeSmi(temporaryFolder(), FAILS);
  expect(await askCards(never)).toEqual([]);
  fakeSmi(temporaryFolder(), `${SAYS}; echo 'Unable to determine the device handle for GPU1: GPU is lost.'; exit 15`);
  expect(await askCards(never)).toEqual([card]);
  vi.stubEnv('PATH', temporaryFolder());
  await expect(askCards(never)).rejects.toThrow(/ENOENT/);
});

test('one that hangs is killed with what it has started', async () => {
  const smi = fakeSmi(temporaryFolder(), HANGS);
  expect(await askCards(never, 300)).toEqual([]);
  await untilGone(smi);
});

test('one that writes without end is killed, and little of it is kept', async () => {
  const smi = fakeSmi(temporaryFolder(), FLOODS);
  const before = process.memoryUsage.rss();
  expect(await askCards(never, 300_000)).toEqual([]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  await untilGone(smi);
});

test('when nobody wants to know any more, it is killed at once', async () => {
  const smi = fakeSmi(temporaryFolder(), HANGS);
  const ended = new AbortController();
  const asked = askCards(ended.signal, 300_000);
  await smi.called();
  ended.abort();
  expect(await asked).toEqual([]);
  await untilGone(smi);
});
