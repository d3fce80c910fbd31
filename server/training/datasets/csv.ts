import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { CsvSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Part, Source } from '../dataset.ts';
import { classesFromNumbers } from './labels.ts';

/**
 * One image a line: a label and height × width × channels numbers, row by row, channels last, each multiplied by
 * `scale`. Where the label's column is given by name, a heading line is needed. Where it is given by index, a heading
 * line is recognised: by text in the place of all pixels, or by text in the place of the label and numbered columns in
 * the place of the pixels.
 */
export const csv: Source<CsvSource> = {
  async describe(settings, { baseFolder }) {
    const path = resolve(baseFolder, settings.file);
    const labels: string[] = [];
    for await (const { label } of readLines(path, settings)) labels.push(label);
    const { classes } = classesOf(path, labels);
    return { shape: settings.shape, classes: classes.length, trainCount: labels.length, ownValidation: false };
  },

  async load(settings, { baseFolder }) {
    const path = resolve(baseFolder, settings.file);
    const size = pixelCount(settings);
    const names: string[] = [];
    let pixels = new Float32Array(1024 * size);
    for await (const { label, line, cells, labelColumn } of readLines(path, settings)) {
      if ((names.length + 1) * size > pixels.length) pixels = grow(pixels);
      writePixels(path, { line, cells, labelColumn }, settings.scale, pixels, names.length * size);
      names.push(label);
    }
    const { classes, labels } = classesOf(path, names);
    const train: Part = { count: names.length, pixels: pixels.slice(0, names.length * size), labels };
    return { shape: settings.shape, classes, train, validation: null, test: null };
  },
};

interface Line {
  line: number;
  cells: string[];
  labelColumn: number;
}

/** Lines with the right number of cells and a label, each with its number in the file. */
async function* readLines(path: string, settings: CsvSource): AsyncGenerator<Line & { label: string }> {
  // Imported here, so that only a process that reads CSV loads it, and not every worker.
  const { parse } = await import('csv-parse');
  const source = createReadStream(path);
  const records = source.pipe(parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }));
  source.on('error', (error) => records.destroy(error));
  const wanted = pixelCount(settings) + 1;
  let labelColumn = -1;
  let found = 0;
  try {
    for await (const { record: cells, info } of records as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (labelColumn < 0) {
        labelColumn = findLabel(path, settings, cells);
        if (isHeading(settings, cells, labelColumn)) continue;
      }
      if (cells.length !== wanted) {
        throw lineError(
          path,
          info.lines,
          `${cells.length} values`,
          `${wanted} (a label and ${settings.shape.join('×')} pixels)`,
        );
      }
      const label = cells[labelColumn]!.trim();
      if (label === '') throw lineError(path, info.lines, 'an empty label', 'the name or number of a class');
      found++;
      yield { line: info.lines, cells, labelColumn, label };
    }
  } catch (error) {
    throw asUserError(path, error as Error & { code?: string; lines?: number });
  } finally {
    source.destroy();
  }
  if (found === 0)
    throw new UserError(
      `Cannot read ${path}: it holds no images; a label and ${settings.shape.join('×')} pixels a line are wanted`,
    );
}

/** The label's column, from the first line. */
function findLabel(path: string, { label }: CsvSource, first: string[]): number {
  if (typeof label === 'number') {
    if (label < first.length) return label;
    throw new UserError(
      `Cannot read ${path}: there is no column ${label} (from 0), line 1 has ${first.length} values ` +
        '(training.dataset.label)',
    );
  }
  const column = first.findIndex((cell) => cell.trim() === label);
  if (column >= 0) return column;
  const shown = first
    .slice(0, 5)
    .map((cell) => JSON.stringify(cell.slice(0, 30)))
    .join(', ');
  throw new UserError(
    `Cannot read ${path}: line 1 starts with ${shown}; ` +
      `a heading line with a column ${JSON.stringify(label)} is wanted (training.dataset.label)`,
  );
}

function isHeading({ label }: CsvSource, cells: string[], labelColumn: number): boolean {
  if (typeof label === 'string') return true;
  const pixels = cells.filter((_, column) => column !== labelColumn);
  return pixels.every(isText) || (isText(cells[labelColumn]!) && countUp(pixels));
}

/** Whether cells are numbered columns, as those of `label,0,1,2,3`; fewer than four may be pixels. */
function countUp(cells: string[]): boolean {
  return cells.length >= 4 && cells.every((cell, i) => toNumber(cell) === toNumber(cells[0]!) + i);
}

function isText(cell: string): boolean {
  return cell.trim() !== '' && Number.isNaN(toNumber(cell));
}

function writePixels(
  path: string,
  { line, cells, labelColumn }: Line,
  scale: number,
  pixels: Float32Array,
  at: number,
): void {
  for (let column = 0; column < cells.length; column++) {
    if (column === labelColumn) continue;
    const value = Math.fround(toNumber(cells[column]!) * scale);
    if (!Number.isFinite(value))
      throw lineError(
        path,
        line,
        `${JSON.stringify(cells[column]!.slice(0, 30))} in column ${column} (from 0)`,
        'a finite number',
      );
    pixels[at++] = value;
  }
}

/** Whole-numbered labels keep their numbers' order and have to be consecutive; other labels are names, sorted. */
function classesOf(path: string, names: string[]): { classes: string[]; labels: Int32Array } {
  if (names.every((name) => Number.isInteger(toNumber(name)))) {
    const { classes, train } = classesFromNumbers({ path, labels: Int32Array.from(names, toNumber) }, []);
    return { classes, labels: train };
  }
  const classes = [...new Set(names)].sort();
  if (classes.length < 2)
    throw new UserError(
      `Cannot use ${path}: every label is ${JSON.stringify(classes[0])}; at least two classes are wanted`,
    );
  const indices = new Map(classes.map((name, index) => [name, index]));
  return { classes, labels: Int32Array.from(names, (name) => indices.get(name)!) };
}

/** `Number` would read an empty cell as 0. */
function toNumber(cell: string): number {
  return cell.trim() === '' ? NaN : Number(cell);
}

function pixelCount({ shape: [height, width, channels] }: CsvSource): number {
  return height * width * channels;
}

function grow(pixels: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(pixels.length * 2);
  larger.set(pixels);
  return larger;
}

function lineError(path: string, line: number, found: string, wanted: string): UserError {
  const isOne = wanted.startsWith('a ') || wanted.startsWith('the ');
  return new UserError(`Cannot read ${path}, line ${line}: found ${found}; ${wanted} ${isOne ? 'is' : 'are'} wanted`);
}

function asUserError(path: string, error: Error & { code?: string; lines?: number }): Error {
  if (error instanceof UserError) return error;
  if (error.code === 'ENOENT') return new UserError(`Cannot read ${path}: there is no such file; a CSV file is wanted`);
  if (error.code?.startsWith('CSV_'))
    return new UserError(
      `Cannot read ${path}, line ${error.lines ?? '?'}: ${error.message}; comma-separated values are wanted`,
    );
  if (error.code) return new UserError(`Cannot read ${path}: ${error.message}; a CSV file is wanted`);
  return error;
}
