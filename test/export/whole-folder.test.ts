import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeWholeFolder } from '../../server/export/whole-folder.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-whole-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const put = (text: string) => (folder: string) => {
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'a', 'one.txt'), text);
};

test('a folder is made with the folders above it, and replaced by the next export', async () => {
  const above = newFolder();
  const out = join(above, 'new', 'out');
  const { files } = await writeWholeFolder(out, put('first'));
  expect(files).toEqual([{ name: join('a', 'one.txt'), bytes: 5 }]);
  await writeWholeFolder(out, (folder) => writeFileSync(join(folder, 'two.txt'), 'second'));
  expect(readdirSync(out).sort()).toEqual(['cosweep-export.json', 'two.txt']);
  expect(readdirSync(join(above, 'new'))).toEqual(['out']);
});

test('what a link leads to is replaced, and the link stays', async () => {
  const above = newFolder();
  mkdirSync(join(above, 'disk'));
  symlinkSync('disk', join(above, 'out'));
  await writeWholeFolder(join(above, 'out'), put('text'));
  expect(readFileSync(join(above, 'disk', 'a', 'one.txt'), 'utf8')).toBe('text');
});

test('a folder with anything of the user in it is left as it is', async () => {
  const out = join(newFolder(), 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'notes.md'), 'mine');
  await expect(writeWholeFolder(out, put('text'))).rejects.toThrow(
    `Cannot write the export to ${out}: found notes.md in it; wanted a new or an empty folder`,
  );
  rmSync(join(out, 'notes.md'));
  await writeWholeFolder(out, put('text'));
  writeFileSync(join(out, 'a', 'notes.md'), 'mine');
  await expect(writeWholeFolder(out, put('other'))).rejects.toThrow(`found ${join('a', 'notes.md')} in it`);
  expect(readFileSync(join(out, 'a', 'one.txt'), 'utf8')).toBe('text');

  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  await expect(writeWholeFolder(file, put('text'))).rejects.toThrow('it is not a folder');
});

test('where writing fails, what was there stays and nothing else is left', async () => {
  const above = newFolder();
  const out = join(above, 'out');
  await writeWholeFolder(out, put('first'));
  const failing = (folder: string) => {
    put('half')(folder);
    throw new Error('the curves are gone');
  };
  await expect(writeWholeFolder(out, failing)).rejects.toThrow('the curves are gone');
  expect(readdirSync(above)).toEqual(['out']);
  expect(readFileSync(join(out, 'a', 'one.txt'), 'utf8')).toBe('first');
  await expect(writeWholeFolder(join(above, 'other'), failing)).rejects.toThrow('the curves are gone');
  expect(existsSync(join(above, 'other'))).toBe(false);
});

test('what the user puts into the folder while an export is written stays, and so does the earlier export', async () => {
  const out = join(newFolder(), 'out');
  await writeWholeFolder(out, put('first'));
  const attempt = writeWholeFolder(out, (folder) => {
    put('second')(folder);
    writeFileSync(join(out, 'thesis.md'), 'mine');
  });
  await expect(attempt).rejects.toThrow('found thesis.md in it');
  expect(readFileSync(join(out, 'thesis.md'), 'utf8')).toBe('mine');
  expect(readFileSync(join(out, 'a', 'one.txt'), 'utf8')).toBe('first');
});

test('who may read the folder stays, and the current folder is none', async () => {
  const above = newFolder();
  const out = join(above, 'out');
  mkdirSync(out, { mode: 0o700 });
  await writeWholeFolder(out, put('text'));
  expect(statSync(out).mode & 0o777).toBe(0o700);
  await expect(writeWholeFolder(process.cwd(), put('text'))).rejects.toThrow(/Cannot write the export/);
});

test('what exports left that were killed is put back or taken away', async () => {
  const above = newFolder();
  const out = join(above, 'out');
  await writeWholeFolder(out, put('first'));
  // The process of neither number can be alive: they are above the largest.
  renameSync(out, join(above, '.out-old-99999999'));
  mkdirSync(join(above, '.out-part-99999998'));
  await expect(writeWholeFolder(out, () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
  expect([readdirSync(above), readFileSync(join(out, 'a', 'one.txt'), 'utf8')]).toEqual([['out'], 'first']);
});
