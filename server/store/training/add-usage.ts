import type { Storage } from '../database/storage.ts';

/** What a process used while it trained a segment. */
export interface ProcessUsage {
  /** Of all cores together. */
  processorSeconds: number;
  /** Bytes of memory that were its own at once. */
  peakMemory: number;
}

/** What a graphics card did while a segment was trained on it. */
export interface GpuUsage {
  /** The integral of its utilisation, from 0 to 1, over `gpuOver` seconds. */
  gpuBusySeconds: number;
  gpuOver: number;
  gpuPeakUse: number | null;
  /** Bytes in use on the card, by whomever. */
  gpuPeakMemory: number | null;
  /** What it drew over `joulesOver` seconds, divided by those that trained on it meanwhile. */
  joules: number;
  joulesOver: number;
}

export const NOTHING_OF_GPU: Readonly<GpuUsage> = {
  gpuBusySeconds: 0,
  gpuOver: 0,
  gpuPeakUse: null,
  gpuPeakMemory: null,
  joules: 0,
  joulesOver: 0,
};

/** Each null where it was not measured. */
export interface SegmentUsage {
  process: ProcessUsage | null;
  gpu: GpuUsage | null;
}

/**
 * Within the transaction that stores a segment: what the segment used is counted with its stage. So it is counted once
 * for each segment that is stored, and never for one that is trained again.
 *
 * @param seconds that training the segment took
 */
export function addUsage(storage: Storage, stageId: number, { process, gpu }: SegmentUsage, seconds: number): void {
  if (process === null && gpu === null) return;
  storage.prepare(ADD).run({
    stageId,
    ...(process ?? NO_PROCESS),
    processorOver: process === null ? 0 : seconds,
    ...(gpu ?? NOTHING_OF_GPU),
  });
}

const ADD = `INSERT INTO "StageUsage" AS u (stageId, processorSeconds, processorOver, peakMemory,
    gpuBusySeconds, gpuOver, gpuPeakUse, gpuPeakMemory, joules, joulesOver)
  VALUES (@stageId, @processorSeconds, @processorOver, @peakMemory,
    @gpuBusySeconds, @gpuOver, @gpuPeakUse, @gpuPeakMemory, @joules, @joulesOver)
  ON CONFLICT (stageId) DO UPDATE SET
    processorSeconds = u.processorSeconds + excluded.processorSeconds,
    processorOver = u.processorOver + excluded.processorOver,
    peakMemory = ${larger('peakMemory')},
    gpuBusySeconds = u.gpuBusySeconds + excluded.gpuBusySeconds,
    gpuOver = u.gpuOver + excluded.gpuOver,
    gpuPeakUse = ${larger('gpuPeakUse')},
    gpuPeakMemory = ${larger('gpuPeakMemory')},
    joules = u.joules + excluded.joules,
    joulesOver = u.joulesOver + excluded.joulesOver`;

/** SQLite's `max` of a number and NULL is NULL. */
function larger(column: string): string {
  const [old, added] = [`u.${column}`, `excluded.${column}`];
  return `max(coalesce(${old}, ${added}), coalesce(${added}, ${old}))`;
}

const NO_PROCESS = { processorSeconds: 0, peakMemory: null };
