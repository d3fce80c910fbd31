import { copyDatabase } from '../../server/store/database/private-copy.ts';

/** Copies a database, prints where the copy is, and lives on. */
export default async function holdCopy(file: string): Promise<void> {
  console.log(copyDatabase(file).file);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
