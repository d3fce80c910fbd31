import { readFileSync } from 'node:fs';

/** One of `test/fixtures/certificates`, as PEM. */
export function certificateOf(name: string): string {
  return readFileSync(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url), 'utf8');
}
