import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../server/runner/logs/journal.ts';
import { LogFile, type LogSizes } from '../../server/runner/logs/log-file.ts';
import { readLog, type LogPiece } from '../../server/store/reading/read-log.ts';
import { temporaryFolder } from './study.ts';

const SMALL: LogSizes = { head: 1000, tail: 500, waiting: 400 };

interface Made {
  file: string;
  folder: string;
  log: LogFile;
  failures: { error: NodeJS.ErrnoException; isEmpty: boolean }[];
}

/** A log beside a database of this name, which nobody opens. */
function makeLog(sizes: LogSizes = SMALL, file = join(temporaryFolder(), 'study.db')): Made {
  const folder = `${file}.logs`;
  mkdirSync(folder, { recursive: true });
  const failures: Made['failures'] = [];
  const listener = {
    failed: (error: unknown, isEmpty: boolean) => void failures.push({ error: error as Error, isEmpty }),
    ended: () => {},
  };
  return { file, folder, log: new LogFile({ folder, name: 'a.log', continues: true }, listener, sizes), failures };
}

/** All that is kept of a log, piece by piece. */
async function readAll(file: string, most?: number): Promise<LogPiece[]> {
  const pieces: LogPiece[] = [];
  for (let from = 0; ;) {
    const piece = (await readLog({ file }, 'a.log', from, most))!;
    if (piece.next === from) return pieces;
    pieces.push(piece);
    from = piece.next;
  }
}

/** Lines of ten bytes: `000000017`. */
const line = (i: number): string => `${String(i).padStart(9, '0')}\n`;

/** Writes lines [from, to), each after the one before is on the disk. */
async function writeLines({ log }: Made, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    log.write(line(i));
    if (i % 20 === 19) await new Promise(setImmediate);
    while (i % 20 === 19 && log.isBusy) await new Promise(setImmediate);
  }
}

test('of a long log the head stays and the newest of the rest, and what lies between is counted', async () => {
  const made = makeLog();
  await writeLines(made, 0, 1000);
  await made.log.end();
  const pieces = await readAll(made.file);
  expect(pieces.map(({ from, next, leftOut, end }) => ({ from, next, leftOut, end }))).toEqual([
    { from: 0, next: 1000, leftOut: 0, end: 10_000 },
    { from: 9000, next: 10_000, leftOut: 8000, end: 10_000 },
  ]);
  const numbers = pieces.flatMap(({ text }) => text.trimEnd().split('\n').map(Number));
  expect(numbers).toEqual([...Array(100).keys(), ...Array.from({ length: 100 }, (_, i) => 900 + i)]);
  const sizes = [made.folder, join(made.folder, 'tails')].flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => statSync(join(folder, name)))
      .map(({ size, mode }) => [size, mode & 0o777]),
  );
  expect(sizes).toEqual([
    [1000, 0o600],
    [500, 0o600],
    [500, 0o600],
  ]);
});

test('a log that is continued goes on where it ended, whichever part that is in', async () => {
  const first = makeLog();
  for (const [from, to] of [
    [0, 50],
    [50, 130],
    [130, 210],
    [210, 300],
  ] as const) {
    const made = makeLog(SMALL, first.file);
    await writeLines(made, from, to);
    await made.log.end();
  }
  const numbers = (await readAll(first.file)).flatMap(({ text }) => text.trimEnd().split('\n').map(Number));
  expect(numbers).toEqual([...Array(100).keys(), ...Array.from({ length: 100 }, (_, i) => 200 + i)]);
});

test('what comes faster than it is written is left out, and the newest of it is written', async () => {
  const { log, file } = makeLog({ head: 10_000, tail: 500, waiting: 100 });
  for (let i = 0; i < 200; i++) log.write(line(i)); // nothing can be written meanwhile
  await log.end();
  const text = (await readAll(file)).map((piece) => piece.text).join('');
  const newest = Array.from({ length: 10 }, (_, i) => line(190 + i)).join('');
  const note = '\n… 1890 bytes are left out here: they came faster than they could be written …\n';
  expect(text).toBe(`${line(0)}${note}${newest}`);
});

test('pieces end between two characters, and together they are the whole', async () => {
  const { log, file } = makeLog({ head: 50, tail: 5000, waiting: 10_000 });
  const text = 'Größe 🙂 ε·β → γ\n'.repeat(30);
  log.write(text);
  await log.end();
  for (const most of [7, 16, 33]) {
    const pieces = await readAll(file, most);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.every((piece) => piece.next - piece.from <= most)).toBe(true);
  }
});

test('control characters are replaced when it is read; lines and tabs stay', async () => {
  const { log, file } = makeLog();
  log.write('a\tb\u001b[31mred\u0000\u202e\r\nnext\n');
  await log.end();
  expect((await readAll(file))[0]!.text).toBe('a\tb·[31mred··\nnext\n');
});

test('a place that does not take the log is told once, and nobody who writes is bothered', async () => {
  const { log, folder, failures } = makeLog();
  mkdirSync(join(folder, 'a.log'));
  for (let i = 0; i < 100; i++) log.write(line(i));
  await log.end();
  log.write('more');
  await log.end();
  expect(failures.map(({ error, isEmpty }) => [error.code, isEmpty])).toEqual([['EISDIR', true]]);
});

test('a place for tails that is taken ends the log there', async () => {
  const made = makeLog();
  writeFileSync(join(made.folder, 'tails'), 'a file');
  await writeLines(made, 0, 200);
  await made.log.end();
  expect(made.failures.map(({ isEmpty }) => isEmpty)).toEqual([false]);
  expect((await readAll(made.file)).map(({ from, next }) => [from, next])).toEqual([[0, 1000]]);
});

test('no log is no piece', async () => {
  expect(await readLog({ file: join(temporaryFolder(), 'none.db') }, 'a.log', 0)).toBe(null);
});

test('lines of a worker are marked with their stream, and no line of one looks like another one', () => {
  let text = '';
  const file = { write: (more: string) => void (text += more), end: async () => {} };
  const journal = new Journal(file, () => new Date(0));
  const time = '1970-01-01T00:00:00.000Z';
  journal.tell(['begin: a']);
  journal.quote('stdout', 'one\ntw');
  journal.quote('stdout', 'o\n');
  journal.quote('stderr', 'half');
  journal.quote('stdout', 'other\n1%\r2%\r\n');
  journal.quote('stderr', ' a line\n');
  journal.quote('stdout', `${time} end: complete at batch 9`);
  journal.tell(['end: stopped']);
  expect(text.split('\n')).toEqual([
    `${time} begin: a`,
    `${time} stdout: one`,
    `${time} stdout: two`,
    `${time} stderr: half`,
    `${time} stdout: other`,
    `${time} stdout: 1%`,
    `${time} stdout: 2%`,
    `${time} stderr:  a line`,
    `${time} stdout: ${time} end: complete at batch 9`,
    `${time} end: stopped`,
    '',
  ]);
});

test('a line of 100 MB is never held: what waits stays within its limit', async () => {
  const { log, file } = makeLog({ head: 5000, tail: 2500, waiting: 20_000 });
  const journal = new Journal(log);
  const chunk = 'x'.repeat(65_536);
  for (let i = 0; i < 1600; i++) {
    journal.quote('stdout', chunk);
    expect(log.bytesWaiting).toBeLessThanOrEqual(65_536 + 100);
    if (i % 100 === 0) await new Promise(setImmediate);
  }
  journal.tell(['end: complete']);
  await journal.end();
  const pieces = await readAll(file);
  expect(pieces.at(-1)!.text.slice(-60)).toMatch(/\n\S+ end: complete\n$/);
  expect(pieces.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(10_000);
});

test('what comes while a log is ended is left out, and nothing fails', async () => {
  const made = makeLog();
  made.log.write('in time\n');
  const ending = made.log.end();
  for (let i = 0; i < 50; i++) {
    made.log.write('too late\n');
    await new Promise(setImmediate);
  }
  await ending;
  expect(made.failures).toEqual([]);
  expect((await readAll(made.file)).map(({ text }) => text).join('')).toBe('in time\n');
});
