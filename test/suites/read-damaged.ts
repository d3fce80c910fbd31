import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSettings } from '../../server/sweep/settings.ts';
import { Stream } from '../../server/sweep/random.ts';
import { read, sourceOf } from './read-data.ts';
import type { ReadCase } from './read-data.ts';

/** A file that is whole, and settings that read it. */
export interface DamageCase extends ReadCase {
  file: string;
}

export interface DamageReport {
  refused: number;
  read: number;
  /** What was neither refused by a `UserError` nor read; at most 5. */
  bugs: string[];
  /** MB by which the most memory that the process ever took has grown. */
  grown: number;
}

/**
 * Damages one file after the other and reads the data that it belongs to.
 *
 * @param folder where relative paths start
 * @param casesText `DamageCase[]`, as JSON
 * @param count how many damaged files
 */
export default async function readDamaged(folder: string, casesText: string, count: string): Promise<DamageReport> {
  const cases = JSON.parse(casesText) as DamageCase[];
  const report: DamageReport = { refused: 0, read: 0, bugs: [], grown: 0 };
  const before = process.resourceUsage().maxRSS;
  for (let i = 0; i < Number(count); i++) {
    const { file, settings } = cases[i % cases.length]!;
    const whole = await readFile(join(folder, file));
    await writeFile(join(folder, file), damage(whole, new Stream(i, 'damage', 0)));
    const said = await read(sourceOf(settings), settings as DatasetSettings, folder);
    if (said === 'read') report.read++;
    else if (!said.startsWith('bug')) report.refused++;
    else if (report.bugs.length < 5) report.bugs.push(`${i} ${file}: ${said}`);
    await writeFile(join(folder, file), whole);
  }
  report.grown = (process.resourceUsage().maxRSS - before) / 1024;
  return report;
}

/**
 * One mistake or two: bytes changed (as often as all else), cut off, doubled, blanked or put in. Headers are hit as
 * often as the rest.
 */
function damage(whole: Uint8Array, stream: Stream): Uint8Array {
  let bytes = Buffer.from(whole);
  for (let left = 1 + stream.below(2); left > 0; left--) {
    const reach = stream.below(2) === 0 ? Math.min(32, bytes.length) : bytes.length;
    const at = reach === 0 ? 0 : stream.below(reach);
    const length = 1 + stream.below(40);
    const piece = Buffer.from(Array.from({ length }, () => stream.below(256)));
    const [start, end] = [bytes.subarray(0, at), bytes.subarray(at)];
    const changed = () => Buffer.concat([start, piece.subarray(0, 1), end.subarray(1)]);
    const mistakes = [
      () => Buffer.concat([start, piece, end.subarray(length)]),
      () => Buffer.from(start),
      () => Buffer.concat([start, end.subarray(0, length), end]),
      () => Buffer.concat([start, Buffer.alloc(length), end.subarray(length)]),
      () => Buffer.concat([start, piece, end]),
    ];
    bytes = (stream.below(2) === 0 ? changed : mistakes[stream.below(mistakes.length)]!)();
  }
  return bytes;
}
