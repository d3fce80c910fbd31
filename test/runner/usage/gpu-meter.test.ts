import { describe, expect, test } from 'vitest';
import { GpuMeter, NO_GPU } from '../../../server/runner/usage/gpu-meter.ts';

const GB = 1e9;

/** A meter with a clock that the test sets, in seconds. */
function makeMeter() {
  let now = 0;
  const meter = new GpuMeter(() => 1000 * now);
  return { meter, at: (seconds: number) => void (now = seconds) };
}

describe('what a card does', () => {
  test('counts until the next sample, by the second', () => {
    const { meter, at } = makeMeter();
    meter.note({ use: 0.5, memory: 8 * GB, power: 100 });
    at(4);
    const account = meter.open();
    at(10);
    meter.note({ use: 1, memory: 6 * GB, power: 300 });
    at(12);
    expect(account.take()).toEqual({
      gpuBusySeconds: 6 * 0.5 + 2,
      gpuOver: 8,
      gpuPeakUse: 1,
      gpuPeakMemory: 8 * GB,
      joules: 6 * 100 + 2 * 300,
      joulesOver: 8,
    });
    at(15);
    expect(account.take()).toMatchObject({ gpuOver: 3, joules: 900, gpuPeakMemory: 6 * GB });
    expect(account.take()).toBeNull();
  });

  test('is divided among the stages that are trained at the same time: no joule counts twice', () => {
    const { meter, at } = makeMeter();
    meter.note({ use: 0.8, memory: null, power: 100 });
    const first = meter.open();
    at(5);
    const second = meter.open();
    at(10);
    const [one, other] = [first.take()!, second.take()!];
    expect([one.joules, other.joules]).toEqual([500 + 250, 250]);
    expect([one.joulesOver, other.joulesOver]).toEqual([10, 5]);
    expect([one.gpuBusySeconds, other.gpuBusySeconds]).toEqual([8, 4]); // of the card, not of the stage
    second.end();
    at(12);
    expect(first.take()).toMatchObject({ joules: 200 });
    expect(second.take()).toBeNull();
  });

  test('is not known before the first sample, nor long after the last one', () => {
    const { meter, at } = makeMeter();
    const account = meter.open();
    at(7);
    expect(account.take()).toBeNull();
    meter.note({ use: 1, memory: GB, power: 100 });
    at(100);
    expect(account.take()).toMatchObject({ gpuOver: 20, joules: 2000, joulesOver: 20 });
    at(200);
    meter.note({ use: 1, memory: GB, power: 50 });
    at(201);
    expect(account.take()).toMatchObject({ joules: 50, joulesOver: 1 });
  });

  test('may be known in part', () => {
    const { meter, at } = makeMeter();
    const account = meter.open();
    meter.note({ use: null, memory: GB, power: null });
    at(3);
    expect(account.take()).toEqual({
      gpuBusySeconds: 0,
      gpuOver: 0,
      gpuPeakUse: null,
      gpuPeakMemory: GB,
      joules: 0,
      joulesOver: 0,
    });
    expect(NO_GPU.take()).toBeNull();
  });
});
