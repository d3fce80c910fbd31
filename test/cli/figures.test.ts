import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStorage } from '../../server/store/database/storage.ts';
import { writeMark } from '../../server/store/sweeps/write-mark.ts';
import { inProcess } from '../helpers/in-process.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';

let folder: string;
const ask = (...args: string[]) => inProcess(args, folder);
const read = (name: string) => readFileSync(join(folder, name));
const hostile = '</p><script>alert("note")</script>';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-figures-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  const { sweepId } = storeTrainedSweep(storage);
  writeMark(storage, { sweep: sweepId, arm: 0 }, { note: hostile, add: ['paper'] });
  await storage.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('figure', () => {
  test('SVG: every arm of the answer, its number and its mark', async () => {
    expect((await ask('figure', 's1', 'forest', '--out', 'forest.svg')).code).toBe(0);
    const svg = read('forest.svg').toString();
    const { answer } = JSON.parse((await ask('show', 's1', '--json')).stdout) as {
      answer: { forest: { lines: { name: string; text: string }[] } };
    };
    const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
    expect(texts).toContain('Difference of accuracy (validation) to the control');
    expect(answer.forest.lines.length).toBeGreaterThan(1);
    for (const { name, text } of answer.forest.lines) {
      expect(texts.some((each) => each.startsWith(name))).toBe(true);
      expect(texts.some((each) => each.startsWith(text))).toBe(true);
    }
    // one dot of this size for each arm
    expect(svg.match(/A3\.6 3\.6 [^"]*A3\.6 3\.6/g)).toHaveLength(answer.forest.lines.length);
  });

  test('PDF, PNG and CSV by the ending of the file; the points are those of the curves', async () => {
    for (const name of ['d.pdf', 'd.png', 'd.csv'])
      expect((await ask('figure', 's1', 'differences', '--out', name, '--width', 'one')).stderr).toMatch(/Written to/);
    expect(read('d.pdf').subarray(0, 5).toString()).toBe('%PDF-');
    expect(read('d.pdf').toString('latin1')).toContain(`/MediaBox [0 0 ${321 * 0.75} `);
    const png = read('d.png');
    expect([png.subarray(1, 4).toString(), png.readUInt32BE(16)]).toEqual(['PNG', 3 * 321]);
    const rows = read('d.csv').toString().split('\n');
    expect(rows[0]).toBe('\ufeffpanel,series,shape,x,y,low,high,note');
    const ends = rows.filter((row) => / = 0\.\d+,line,40,/.test(row)).map((row) => Number(row.split(',')[4]));
    // what the phase adds at the last evaluation, in points, on average over the seeds
    expect(Math.max(...ends)).toBeGreaterThan(2.9);
    expect((await ask('figure', 's1', 'curves', '--out', 'c.csv', '--quiet')).code).toBe(0);
    expect(read('c.csv').toString()).toContain('without (');
  });

  test('slices as they are on the page; a map takes two parameters', async () => {
    expect((await ask('figure', 's1', 'slices', '--out', 'slices.svg', '--quiet')).code).toBe(0);
    const svg = read('slices.svg').toString();
    expect(svg).toContain('Difference of accuracy (validation) to the control by parameter');
    expect(svg).toMatch(/β 0\.\d+ → 0\.\d+: [+−]\d/);
    const map = await ask('figure', 's1', 'map', '--out', 'map.svg');
    expect([map.code, map.stderr]).toEqual([2, expect.stringContaining('Cannot draw the figure "map" of s1')]);
  });

  test.each([
    [['figure', 's1', 'forest', '--out', 'x.gif'], /found the ending \.gif, wanted \.pdf, \.svg, \.png, \.csv/],
    [['figure', 's1', 'forest', '--out', 'cosweep.db'], /found the ending \.db/],
    [['figure', 's1', 'forest', '--out', 'x.pdf', '--metric', 'val/acuracy'], /did you mean "val\/accuracy"/],
    [['report', 's1', '--out', 'cosweep.db'], /that is the database/],
  ])('cosweep %j is a mistake in one line', async (args, message) => {
    const { code, stderr } = await ask(...args);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });
});

describe('report', () => {
  test('holds the answer, the table, figures, notes, definition and versions, and nothing from elsewhere', async () => {
    expect((await ask('report', 's1', '--out', 'report.html')).code).toBe(0);
    const html = read('report.html').toString();
    const { answer } = JSON.parse((await ask('show', 's1', '--json')).stdout) as { answer: { sentence: string } };
    const text = html
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    expect(text).toContain(`<p class="sentence">${answer.sentence}</p>`);
    expect(html).toContain('<table class="ablation">');
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(text).toContain(`Arm 0, `);
    expect(text).toContain(hostile);
    expect(text).toContain('"name": "two-betas"');
    expect(html).toMatch(/<dt>Plan<\/dt><dd>[0-9a-f]{64}<\/dd>/);
    expect(html).toContain('<dt>Trained on</dt>');
    // nothing is asked for, nothing runs, and text of a user is no markup
    expect(html).not.toMatch(/<script|<img|<link|<iframe|<object|\son\w+=|url\((?!#)|@import|javascript:/i);
    expect([...html.matchAll(/https?:\/\/[^"<\s]+/g)].map(([address]) => address)).toEqual(
      Array<string>(4).fill('http://www.w3.org/2000/svg'),
    );
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
