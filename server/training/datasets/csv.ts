import { resolve } from 'node:path';
import type { CsvSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Source } from '../dataset.ts';
import { readCsv } from './csv-lines.ts';
import type { CsvLine } from './csv-lines.ts';
import { classesFromTexts, toNumber } from './labels.ts';
import type { LabelText } from './labels.ts';
import { checkPartSize } from './sizes.ts';

/** Numbers of one image. A line of text is held whole while it is read. */
const MOST_CELLS = 1_000_000;
const FIRST_ROOM = 1024;

/**
 * One image a line: a label and height × width × channels numbers, row by row, channels last, each multiplied by
 * `scale`. Where the label's column is given by name, a heading line is needed. Where it is given by index, a heading
 * line is recognised: by text in the place of all pixels, or by text in the place of the label and numbered columns in
 * the place of the pixels.
 */
export const csv: Source<CsvSource> = {
  async describe(settings, { baseFolder }) {
    const path = resolve(baseFolder, settings.file);
    const { images, texts } = await readImages(path, settings, () => {});
    const { classes } = classesFromTexts(path, texts);
    return { shape: settings.shape, classes: classes.length, trainCount: images.length, ownValidation: false };
  },

  async load(settings, { baseFolder }) {
    const path = resolve(baseFolder, settings.file);
    const size = pixelCount(settings);
    let pixels = new Float32Array(0);
    const { images, texts } = await readImages(path, settings, (line, labelColumn, index, most) => {
      if ((index + 1) * size > pixels.length) pixels = grow(pixels, size, most);
      writePixels(path, line, labelColumn, settings.scale, pixels, index * size);
    });
    const { classes, indices } = classesFromTexts(path, texts);
    const labels = Int32Array.from(images, (text) => indices[text]!);
    const train = { count: images.length, pixels: pixels.slice(0, images.length * size), labels };
    return { shape: settings.shape, classes, train, validation: null, test: null };
  },
};

/**
 * Reads the lines that are images.
 *
 * @param take is called with each line, the label's column, the image's number (from 0), and how many images the file
 *   can hold at most
 * @returns the labels, each once, and which of them each image has
 */
async function readImages(
  path: string,
  settings: CsvSource,
  take: (line: CsvLine, labelColumn: number, index: number, most: number) => void,
): Promise<{ images: number[]; texts: LabelText[] }> {
  checkShape(path, settings);
  const wanted = pixelCount(settings) + 1;
  const images: number[] = [];
  const texts: LabelText[] = [];
  const known = new Map<string, number>();
  let labelColumn = -1;
  await readCsv(path, wanted, (each, fileSize) => {
    const { line, cells } = each;
    if (labelColumn < 0) {
      labelColumn = findLabel(path, settings, each);
      if (isHeading(settings, cells, labelColumn)) return;
    }
    checkLine(path, settings, each);
    const text = cells[labelColumn]!.trim();
    if (text === '') throw lineError(path, line, 'an empty label', 'the name or number of a class is');
    if (!known.has(text)) {
      known.set(text, texts.length);
      texts.push({ text, line });
    }
    checkPartSize(path, images.length + 1, settings.shape, 4);
    // A cell has a character at least, and one that ends it.
    take(each, labelColumn, images.length, Math.ceil((fileSize + 1) / (2 * wanted)));
    images.push(known.get(text)!);
  });
  if (images.length === 0)
    throw new UserError(
      `Cannot read ${path}: it holds no images; a label and ${settings.shape.join('×')} pixels a line are wanted`,
    );
  return { images, texts };
}

function checkShape(path: string, settings: CsvSource): void {
  if (pixelCount(settings) <= MOST_CELLS) return;
  throw new UserError(
    `Cannot read ${path}: images of ${settings.shape.join('×')} have ${pixelCount(settings)} numbers a line; ` +
      `at most ${MOST_CELLS} are wanted (training.dataset.shape)`,
  );
}

function checkLine(path: string, settings: CsvSource, { line, cells }: CsvLine): void {
  const wanted = pixelCount(settings) + 1;
  if (cells.length === wanted) return;
  throw lineError(
    path,
    line,
    `${cells.length} value${cells.length === 1 ? '' : 's'}`,
    `${wanted} (a label and ${settings.shape.join('×')} pixels) are`,
  );
}

/** The label's column, from the first line. */
function findLabel(path: string, { label }: CsvSource, { line, cells }: CsvLine): number {
  if (typeof label === 'number') {
    if (label < cells.length) return label;
    throw new UserError(
      `Cannot read ${path}: there is no column ${label} (from 0), line ${line} has ${cells.length} values ` +
        '(training.dataset.label)',
    );
  }
  const columns = [...cells.keys()].filter((i) => cells[i]!.trim().normalize('NFC') === label.normalize('NFC'));
  if (columns.length === 1) return columns[0]!;
  const shown = cells.slice(0, 5).map((cell) => JSON.stringify(cell.slice(0, 30)));
  throw new UserError(
    `Cannot read ${path}, line ${line}: found ${columns.length === 0 ? 'no column' : `${columns.length} columns`} ` +
      `${JSON.stringify(label)}; a heading line with one column of that name is wanted (training.dataset.label)`,
    { detail: `The line starts with ${shown.join(', ')}.` },
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
  { line, cells }: CsvLine,
  labelColumn: number,
  scale: number,
  pixels: Float32Array,
  at: number,
): void {
  for (let column = 0; column < cells.length; column++) {
    if (column === labelColumn) continue;
    const value = Math.fround(toNumber(cells[column]!) * scale);
    if (!Number.isFinite(value)) throw cellError(path, line, column, cells[column]!);
    pixels[at++] = value;
  }
}

function cellError(path: string, line: number, column: number, cell: string): UserError {
  const kind = cell.trim() === '' ? 'nothing' : isText(cell) ? 'text' : 'a number that is too large';
  return lineError(path, line, `${kind} in column ${column} (from 0)`, 'a finite number is', {
    detail: `There stands ${JSON.stringify(cell.slice(0, 30))}.`,
  });
}

function pixelCount({ shape: [height, width, channels] }: CsvSource): number {
  return height * width * channels;
}

/** Twice the room, but not more than all images that the file can hold. */
function grow(pixels: Float32Array, size: number, most: number): Float32Array<ArrayBuffer> {
  const images = Math.max(FIRST_ROOM, (2 * pixels.length) / size);
  const larger = new Float32Array(Math.min(images, most) * size);
  larger.set(pixels);
  return larger;
}

function lineError(
  path: string,
  line: number,
  found: string,
  wanted: string,
  quoted: { detail?: string } = {},
): UserError {
  return new UserError(`Cannot read ${path}, line ${line}: found ${found}; ${wanted} wanted`, quoted);
}
