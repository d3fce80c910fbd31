import type { Storage } from './storage.ts';

/** What runs were trained on. */
export interface RecordedMachine {
  device: string;
  /** Library name → version. */
  versions: Record<string, string>;
}

/** Every device with the libraries there that runs of a sweep were last trained on, as far as anything of them is stored. */
export function readMachines(storage: Storage, sweepId: number): RecordedMachine[] {
  const rows = storage.prepare(`SELECT DISTINCT r.device, r.versions FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND r.batch > 0 AND r.device IS NOT NULL`).all(sweepId) as { device: string; versions: string }[];
  return rows.map(({ device, versions }) => ({ device, versions: JSON.parse(versions) }));
}
