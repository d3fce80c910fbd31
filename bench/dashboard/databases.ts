import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { storeLargeSweep } from './large-sweep.ts';

/** The files of the three databases. */
export interface Databases {
  /** One sweep of 500 arms × 20 seeds and their controls: 10,020 runs, 23 million points. */
  a: string;
  /** One sweep of 30 arms × 12 seeds of a million batches; two of its runs have three metrics of every batch. */
  b: string;
  /** 1,000 sweeps of ten runs. */
  c: string;
}

/** @param share of the arms of a, the batches of b and the sweeps of c */
export async function makeDatabases(folder: string, share: number): Promise<Databases> {
  const make = async (name: string, store: (storage: Storage) => void): Promise<string> => {
    const file = join(folder, `dashboard-${name}-${share}.db`);
    if (existsSync(file)) return file;
    console.error(`${file} is made …`);
    const unfinished = `${file}.unfinished`;
    const storage = await openStorage({ file: unfinished, create: true });
    storage.raw.pragma('synchronous = OFF');
    store(storage);
    await storage.close();
    renameSync(unfinished, file);
    return file;
  };
  return {
    a: await make('a', (storage) => {
      const betas = Math.max(1, Math.round(100 * share));
      storeLargeSweep(storage, { name: 'a', betas, epsilons: 5, seeds: 20, batches: 400, evalEvery: 40 });
    }),
    b: await make('b', (storage) => {
      const batches = Math.max(1_000, Math.round(1_000_000 * share));
      const perBatch = ['train/total', 'train/truncated', 'train/intraClass'];
      const sizes = { betas: 29, epsilons: 1, seeds: 12, batches, evalEvery: batches / 100 };
      storeLargeSweep(storage, { name: 'b', ...sizes, perBatch, perBatchRuns: 2 });
    }),
    c: await make('c', (storage) => {
      const sizes = { betas: 4, epsilons: 1, seeds: 2, batches: 40, evalEvery: 20, perBatch: ['train/total'] };
      for (let i = 1; i <= Math.max(10, 1_000 * share); i++) storeLargeSweep(storage, { name: `c${i}`, ...sizes });
    }),
  };
}
