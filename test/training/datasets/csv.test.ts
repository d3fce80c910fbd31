import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CsvSource } from '../../../server/sweep/settings.ts';
import { csv } from '../../../server/training/datasets/csv.ts';
import { context, temporaryFolder, toldOf } from './files.ts';

async function load(text: string | Buffer, settings: Partial<CsvSource> = {}) {
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
    [
      'a line too short',
      'label,a,b\n0,1,2\n1,5\n',
      /line 3: found 2 values; 3 \(a label and 1×2×1 pixels\) are wanted/,
    ],
    ['a line too long', 'label,a,b\n0,1,2,3\n', /line 2: found 4 values/],
    [
      'text among the pixels',
      'label,a,b\n0,1,2\n\n1,2,n/a\n',
      /line 4: found text in column 2 \(from 0\); a finite number is wanted\nThere stands "n\/a"\./,
    ],
    ['nothing among the pixels', 'label,a,b\n0,,2\n', /line 2: found nothing in column 1/],
    ['infinity', 'label,a,b\n0,1e999,2\n', /line 2: found a number that is too large in column 1.*\n.*"1e999"/],
    ['an empty label', 'label,a,b\n,1,2\n', /line 2: found an empty label; the name or number of a class is wanted/],
    ['a quote left open', 'label,a,b\n0,"1,2\n', /a quotation mark .* comma-separated values are wanted/],
    ['a quote inside of a cell', 'label,a,b\n0,1"2,3\n', /line 2: found a quotation mark .*\nInvalid Opening Quote/],
    [
      'no such column',
      'class,a,b\n0,1,2\n',
      /line 1: found no column "label"; a heading line with one column of that name.*\n.*"class", "a", "b"/,
    ],
    ['two such columns', 'label,a,label\n0,1,2\n', /line 1: found 2 columns "label"/],
    ['no lines', '', /it holds no images/],
    ['a heading only', 'label,a,b\n', /it holds no images/],
    ['one class', 'label,a,b\nx,1,2\nx,3,4\n', /every label is the same; at least two classes are wanted\nIt is "x"/],
    ['a gap in numbered classes', 'label,a,b\n0,1,2\n2,3,4\n', /no image has the label 1/],
  ])('is refused for %s', async (_, text, message) => {
    const told = await toldOf(load(text));
    expect(told).toMatch(message);
    expect(told).toContain('data.csv');
  });

  it('has no heading where a single pixel of its first line is none', async () => {
    await expect(load('0,,2\n1,3,4\n', { label: 0 })).rejects.toThrow(
      /line 1: found nothing in column 1 \(from 0\); a finite number is wanted/,
    );
    await expect(load('0,1,nan\n1,3,4\n', { label: 0 })).rejects.toThrow(/line 1: found text in column 2/);
  });

  it('is refused when it is missing', async () => {
    await expect(load('', { file: 'other.csv' })).rejects.toThrow(
      /other\.csv: there is no such file; a CSV file is wanted/,
    );
    await expect(load('1,2,3', { label: 3 })).rejects.toThrow(/there is no column 3 \(from 0\), line 1 has 3 values/);
  });

  it('may end its lines in one way and its heading in another', async () => {
    const expected = await load('label,a,b\n0,1,2\n1,3,4\n');
    expect(await load('label,a,b\r\n0,1,2\n1,3,4\n')).toEqual(expected);
    expect(await load('label,a,b\n0,1,2\r\n1,3,4\r\n')).toEqual(expected);
    expect(await load('label,a,b\r0,1,2\r1,3,4\r')).toEqual(expected);
    await expect(load('label,a,b\r\n0,1,2\n1,3\n')).rejects.toThrow(/line 3: found 2 values/);
  });

  it('may have empty cells behind its lines, and lines of empty cells', async () => {
    const expected = await load('label,a,b\n0,1,2\n1,3,4\n');
    expect(await load('label,a,b,,\n0,1,2,,\n1,3,4,,\n,,,,\n,,,,\n')).toEqual(expected);
    await expect(load('label,a,b\n0,1,2,,5\n1,3,4\n')).rejects.toThrow(/line 2: found 5 values/);
  });
});

describe('the text of a CSV file', () => {
  const text = 'Größe,a,b\nBär,1,2\nBör,3,4\n';
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

  it('is UTF-8, or UTF-16 with a byte order mark', async () => {
    const expected = await load(text, { label: 'Größe' });
    expect(expected.classes).toEqual(['Bär', 'Bör']);
    for (const bytes of [Buffer.from(`\uFEFF${text}`), utf16(text), utf16(text).swap16()])
      expect(await load(bytes, { label: 'Größe' })).toEqual(expected);
  });

  it('is the same wherever its bytes are divided', async () => {
    // Longer than what is read at a time, with a character of two bytes across each border that is a power of two.
    const lines = Array.from({ length: 60_000 }, (_, i) => `${'ä'.repeat(20)}${i % 2},${i},7`);
    const { train, classes } = await load(`label,a,b\n${lines.join('\r\n')}`);
    expect([train.count, classes.length, train.pixels[2 * 59_999]]).toEqual([60_000, 2, 59_999]);
  });

  it.each([
    ['in cp1252', Buffer.from(text, 'latin1'), /line 1: found a byte that is not UTF-8; .*"CSV UTF-8"/],
    ['in cp1252 below its heading', Buffer.from('x,a,b\nBar,1,2\nBär,3,4\n', 'latin1'), /line 3: found a byte/],
    ['in UTF-16 without a mark', utf16('x,a,b\n').subarray(2), /line 1: found a NUL character/],
    ['cut off in UTF-16', utf16(text).subarray(0, -1), /starts as UTF-16, and is not/],
    ['with characters that were lost before', Buffer.from('x,a,b\nB\uFFFDr,1,2\n'), /line 2: found .* U\+FFFD/],
    ['that never ends its line', Buffer.alloc(400_000, '1,'), /line 1: found more than 65728 characters/],
    ['that never ends its quote', Buffer.from(`"${'1,\n'.repeat(30_000)}`), /found more than 65728 characters/],
  ])('is refused %s', async (_, bytes, message) => {
    await expect(load(bytes, { label: 0 })).rejects.toThrow(message);
  });

  it('spells a name in two ways of Unicode', async () => {
    const [one, two] = ['Ba\u0308r', 'B\u00e4r'];
    const { classes, train } = await load(`Gro\u0308ße,a,b\n${one},1,2\nBb,3,4\n${two},5,6\n`, { label: 'Gr\u00f6ße' });
    expect(classes).toEqual(['B\u00e4r', 'Bb']);
    expect([...train.labels]).toEqual([0, 1, 0]);
  });
});

describe('labels of a CSV file', () => {
  const labelled = (labels: string[]) => load(`label,a,b\n${labels.map((label) => `${label},1,2\n`).join('')}`);

  it.each([
    [
      ['01', '00'],
      ['0', '1'],
      [1, 0],
    ],
    [
      ['2.0', '1.0'],
      ['1', '2'],
      [1, 0],
    ],
    [
      ['-1', '0'],
      ['-1', '0'],
      [0, 1],
    ],
    // More than 32 bits hold: these are names.
    [
      ['0', '4294967296'],
      ['0', '4294967296'],
      [0, 1],
    ],
    [
      ['3000000001', '3000000000'],
      ['3000000000', '3000000001'],
      [1, 0],
    ],
    [
      ['9007199254740992', '9007199254740993'],
      ['9007199254740992', '9007199254740993'],
      [0, 1],
    ],
    // Names may look like numbers.
    [
      ['1', '01', 'one'],
      ['01', '1', 'one'],
      [1, 0, 2],
    ],
  ])('%j are the classes %j', async (texts, classes, labels) => {
    const data = await labelled(texts);
    expect(data.classes).toEqual(classes);
    expect([...data.train.labels]).toEqual(labels);
  });

  it.each([
    [['0', '1', '01'], /lines 3 and 4 are two texts of one number; .*\nThey are "1" and "01"\./],
    [['0', '-0', '1'], /lines 2 and 3 are two texts of one number/],
    [['1', '2', '1.0'], /lines 2 and 4 are two texts of one number/],
    [['4294967296', '04294967296'], /two texts of one number/],
  ])('%j are refused', async (texts, message) => {
    expect(await toldOf(labelled(texts))).toMatch(message);
  });
});
