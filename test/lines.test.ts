import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The formatter breaks code, but leaves long strings and comments as they are. */
const LONGEST = 120;

test.each(['server', 'web', 'bin', 'bench'])('no line of %s is longer than the formatter makes it', (folder) => {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => /\.(tsx?|js|css)$/.test(name) && !/\/(generated|out)\//.test(name));
  expect(files.length).toBeGreaterThan(5);
  const long = files.flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => (line.length > LONGEST ? [`${file}:${i + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
