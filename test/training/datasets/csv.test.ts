import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import type { CsvSource } from '../../../server/sweep/settings.ts';
import { csv } from '../../../server/training/datasets/csv.ts';
import { context, temporaryFolder } from './files.ts';

async function load(text: string, settings: Partial<CsvSource> = {}) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'data.csv'), text);
  return csv.load(
    { name: 'csv', file: 'data.csv', label: 'label', shape: [1, 2, 1], scale: 1, ...settings },
    context(folder),
  );
}

describe('a CSV file', () => {
  it('gives images row by row, with its numbers scaled', async () => {
    const { train, classes } = await load('label,p0,p1\n1,2,4\n0,-1.5,1e2\n', { scale: 0.5 });
    expect([...train.pixels]).toEqual([1, 2, -0.75, 50]);
    expect([...train.labels]).toEqual([1, 0]);
    expect(classes).toEqual(['0', '1']);
  });

  it('has its label in any column, by name or index', async () => {
    const byName = await load('p0,what,p1\n1,b,2\n3,a,4\n', { label: 'what' });
    const byIndex = await load('1,b,2\r\n3,a,4\r\n', { label: 1 });
    const byIndexWithHeading = await load('p0,what,p1\n1,b,2\n3,a,4', { label: 1 });
    expect([...byName.train.pixels]).toEqual([1, 2, 3, 4]);
    expect(byName.classes).toEqual(['a', 'b']);
    expect([...byName.train.labels]).toEqual([1, 0]);
    expect(byIndex).toEqual(byName);
    expect(byIndexWithHeading).toEqual(byName);
  });

  it('may have a heading of numbered columns where its label is given by index', async () => {
    const { train, classes } = await load('label,0,1,2,3\n1,2,4,6,8\n0,5,6,7,8\n', { label: 0, shape: [2, 2, 1] });
    expect([[...train.pixels], [...train.labels], classes]).toEqual([
      [2, 4, 6, 8, 5, 6, 7, 8],
      [1, 0],
      ['0', '1'],
    ]);
    const names = await load('1,2,3,4,label\n2,4,6,8,cat\n5,6,7,8,dog\n', { label: 4, shape: [2, 2, 1] });
    expect([[...names.train.pixels], names.classes]).toEqual([
      [2, 4, 6, 8, 5, 6, 7, 8],
      ['cat', 'dog'],
    ]);
    expect((await load('cat,1,2,3,5\ndog,5,6,7,8\n', { label: 0, shape: [2, 2, 1] })).train.count).toBe(2);
  });

  it('sorts numbered classes as numbers and understands quotes and a byte order mark', async () => {
    const lines = Array.from({ length: 11 }, (_, i) => `"${i}",${i},"${i}"`);
    const { classes } = await load(`\uFEFFlabel,a,b\n${lines.join('\n')}`);
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  });

  it('is read beyond the first thousand lines', async () => {
    const { train } = await load(`label,a,b\n${Array.from({ length: 3000 }, (_, i) => `${i % 2},${i},0`).join('\n')}`);
    expect(train.count).toBe(3000);
    expect(train.pixels[2 * 2999]).toBe(2999);
    expect(train.pixels.length).toBe(6000);
  });

  it.each([
    ['a line too short', 'label,a,b\n0,1,2\n1,5\n', 'line 3: found 2 values; 3 (a label and 1×2×1 pixels) are wanted'],
    ['a line too long', 'label,a,b\n0,1,2,3\n', 'line 2: found 4 values'],
    [
      'text among the pixels',
      'label,a,b\n0,1,2\n\n1,2,n/a\n',
      'line 4: found "n/a" in column 2 (from 0); a finite number is wanted',
    ],
    ['nothing among the pixels', 'label,a,b\n0,,2\n', 'line 2: found "" in column 1'],
    ['infinity', 'label,a,b\n0,1e999,2\n', 'line 2: found "1e999" in column 1'],
    ['an empty label', 'label,a,b\n,1,2\n', 'line 2: found an empty label; the name or number of a class is wanted'],
    ['a quote left open', 'label,a,b\n0,"1,2\n', 'comma-separated values are wanted'],
    [
      'no such column',
      'class,a,b\n0,1,2\n',
      'line 1 starts with "class", "a", "b"; a heading line with a column "label" is wanted',
    ],
    ['no lines', '', 'it holds no images'],
    ['a heading only', 'label,a,b\n', 'it holds no images'],
    ['one class', 'label,a,b\nx,1,2\nx,3,4\n', 'every label is "x"; at least two classes are wanted'],
    ['a gap in numbered classes', 'label,a,b\n0,1,2\n2,3,4\n', 'no image has the label 1'],
  ])('is refused for %s', async (_, text, message) => {
    const error = await load(text).catch((error) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(message);
    expect(error.message).toContain('data.csv');
  });

  it('has no heading where a single pixel of its first line is none', async () => {
    await expect(load('0,,2\n1,3,4\n', { label: 0 })).rejects.toThrow(
      /line 1: found "" in column 1 \(from 0\); a finite number is wanted/,
    );
    await expect(load('0,1,nan\n1,3,4\n', { label: 0 })).rejects.toThrow(/line 1: found "nan" in column 2/);
  });

  it('is refused when it is missing', async () => {
    await expect(load('', { file: 'other.csv' })).rejects.toThrow(
      /other\.csv: there is no such file; a CSV file is wanted/,
    );
    await expect(load('1,2,3', { label: 3 })).rejects.toThrow(/there is no column 3 \(from 0\), line 1 has 3 values/);
  });
});
