import type { Storage } from './storage.ts';

/** Beside a database: copies of the users' programs that its sweeps are trained by, and the folders of their stages. */
export function programsFolderOf({ file }: Pick<Storage, 'file'>): string {
  return `${file}.programs`;
}
