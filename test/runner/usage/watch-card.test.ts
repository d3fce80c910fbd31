import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { GpuUsage } from '../../../server/store/training/add-usage.ts';
import type { GpuAccount } from '../../../server/runner/usage/gpu-meter.ts';
import { watchCard } from '../../../server/runner/usage/watch-card.ts';
import { temporaryFolder } from '../study.ts';
import { fakeSmi } from './fake-smi.ts';

const uuid = (digit: string): string => `GPU-${digit.repeat(8)}-0c3d-4e5f-8a9b-0123456789ab`;

/** Three cards, two of one model, and what is no card. */
const SAYS = `cat <<'END'
Unable to determine the device handle for GPU0000:3D:00.0: Unknown Error
0, ${uuid('a')}, 00000000:3B:00.0, NVIDIA H200, 50, 1024, 200.00
1, ${uuid('b')}, 00000000:3C:00.0, NVIDIA H200, [N/A], 2048, 300.00
2, ${uuid('c')}, 00000000:5E:00.0, NVIDIA L4, 10, 512, [N/A]
END`;

/** Waits until something is known of an account. */
async function untilKnown(account: GpuAccount): Promise<GpuUsage> {
  for (;;) {
    const usage = account.take();
    if (usage !== null) return usage;
    await sleep(20);
  }
}

test('each worker has what its own card does; those that share a card share its energy', async () => {
  fakeSmi(temporaryFolder(), SAYS);
  const watch = watchCard('webgpu');
  onTestFinished(() => watch.end());
  const [first, second, bus, shared, small] = [
    'NVIDIA H200 (GPU-aaaaaaaa)',
    'NVIDIA H200 (GPU-bbbbbbbb), CUDA',
    'NVIDIA H200 (0000:3c:00.0)',
    'NVIDIA H200 (GPU-bbbbbbbb), CUDA',
    'NVIDIA L4',
  ].map((device) => watch.open(device)) as [GpuAccount, GpuAccount, GpuAccount, GpuAccount, GpuAccount];
  const unknown = ['NVIDIA H200', 'NVIDIA H200 (GPU-dddddddd)', 'AMD Radeon', 'NVIDIA H200 MIG 1g (MIG-1)'];
  const nothing = unknown.map((device) => watch.open(device));

  const watts = (usage: GpuUsage): number => usage.joules / usage.joulesOver;
  const one = await untilKnown(first);
  expect(watts(one)).toBeCloseTo(200, 6);
  expect(one).toMatchObject({ gpuPeakMemory: 2 ** 30, gpuPeakUse: 0.5 });
  const two = await untilKnown(second);
  expect(watts(two)).toBeCloseTo(150, 6);
  expect(two).toMatchObject({ gpuPeakMemory: 2 ** 31, gpuOver: 0 });
  expect(watts(await untilKnown(shared))).toBeCloseTo(150, 6);
  expect(watts(await untilKnown(bus))).toBeCloseTo(300, 6);
  expect(await untilKnown(small)).toMatchObject({ gpuPeakMemory: 2 ** 29, gpuPeakUse: 0.1, joulesOver: 0 });
  expect(nothing.map((account) => account.take())).toEqual([null, null, null, null]);
});
