import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../sweep/user-error.ts';
import { readPieces, withDataFile } from './data-file.ts';

const BLOCK = 512;
/** Bytes that an archive may hold besides the wanted files; what is published holds some text. */
const MOST_OTHER = 2 ** 26;

/** A file that is looked for inside of an archive: its last path component and its exact length. */
export interface WantedEntry {
  name: string;
  bytes: number;
}

/**
 * Reads some files of a .tar.gz into memory. Paths in an archive are compared, never used: nothing is unpacked to disk,
 * and other entries are skipped unread. An entry whose length is not the wanted one is an error, before memory for it
 * is allocated. So is an entry that occurs twice, is missing, or is cut off, and an archive that holds far more.
 */
export async function readTarGz(path: string, wanted: readonly WantedEntry[]): Promise<Map<string, Uint8Array>> {
  return withDataFile(path, 'a .tar.gz file', async (file) => {
    const reader = new TarReader(path, wanted);
    const unzipped = pipeline(Readable.from(readPieces(file)), createGunzip(), () => {});
    try {
      for await (const chunk of unzipped) reader.push(chunk as Uint8Array);
    } catch (error) {
      if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
      throw new UserError(
        `Cannot unpack ${path}: ${(error as Error).message}; ` +
          'a complete .tar.gz file is wanted (it may be cut off or damaged)',
      );
    }
    return reader.finish();
  });
}

/** Takes the archive in pieces of any size: headers of 512 bytes, each followed by its file padded to whole blocks. */
class TarReader {
  readonly #path: string;
  readonly #wanted: readonly WantedEntry[];
  readonly #found = new Map<string, Uint8Array>();
  readonly #header = Buffer.alloc(BLOCK);
  #headerFilled = 0;
  /** Bytes that may still come. */
  #allowed: number;
  /**
   * The entry being read: where its bytes go (null: nowhere), how many are still to come, and the padding behind them.
   */
  #target: Uint8Array | null = null;
  #left = 0;
  #padding = 0;

  constructor(path: string, wanted: readonly WantedEntry[]) {
    this.#path = path;
    this.#wanted = wanted;
    this.#allowed = wanted.reduce((total, { bytes }) => total + bytes, MOST_OTHER);
  }

  push(chunk: Uint8Array): void {
    this.#allowed -= chunk.length;
    if (this.#allowed < 0)
      throw new UserError(
        `Cannot use ${this.#path}: unpacked, it holds more than ${MOST_OTHER} bytes besides the wanted files; ` +
          'the published archive is wanted',
      );
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) at += this.#takeContent(chunk.subarray(at));
      else if (this.#padding > 0) at += this.#skipPadding(chunk.length - at);
      else at += this.#takeHeader(chunk.subarray(at));
    }
  }

  finish(): Map<string, Uint8Array> {
    const missing = this.#wanted.filter(({ name }) => !this.#found.has(name)).map(({ name }) => name);
    if (missing.length > 0)
      throw new UserError(`Cannot use ${this.#path}: it does not hold ${missing.join(', ')}, which are wanted`);
    if (this.#left > 0 && this.#target)
      throw new UserError(
        `Cannot use ${this.#path}: it ends ${this.#left} bytes before its last file does; a complete archive is wanted`,
      );
    return this.#found;
  }

  #takeContent(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#left);
    if (this.#target) this.#target.set(bytes.subarray(0, taken), this.#target.length - this.#left);
    this.#left -= taken;
    return taken;
  }

  #skipPadding(available: number): number {
    const taken = Math.min(available, this.#padding);
    this.#padding -= taken;
    return taken;
  }

  #takeHeader(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, BLOCK - this.#headerFilled);
    this.#header.set(bytes.subarray(0, taken), this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled === BLOCK) {
      this.#headerFilled = 0;
      if (this.#header.some((byte) => byte !== 0)) this.#startEntry();
    }
    return taken;
  }

  #startEntry(): void {
    const { name, bytes, isFile } = parseTarHeader(this.#path, this.#header);
    this.#left = bytes;
    this.#padding = (BLOCK - (bytes % BLOCK)) % BLOCK;
    this.#target = null;
    const entry = isFile ? this.#wanted.find((candidate) => candidate.name === name) : undefined;
    if (!entry) return;
    if (entry.bytes !== bytes)
      throw new UserError(
        `Cannot use ${this.#path}: ${name} inside of it has ${bytes} bytes; ${entry.bytes} are wanted`,
      );
    if (this.#found.has(name)) throw new UserError(`Cannot use ${this.#path}: it holds ${name} twice; one is wanted`);
    this.#target = new Uint8Array(bytes);
    this.#found.set(name, this.#target);
  }
}

/** POSIX ustar: name at 0 (100), length in octal at 124 (12), checksum in octal at 148 (8), type at 156. */
function parseTarHeader(path: string, header: Buffer): { name: string; bytes: number; isFile: boolean } {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  const bytes = octal(header, 124, 12);
  if (sum !== octal(header, 148, 8) || !(Number.isSafeInteger(bytes) && bytes >= 0)) {
    throw new UserError(`Cannot use ${path}: a header inside of it is damaged; a .tar.gz file is wanted`);
  }
  const type = header[156]!;
  return { name: text(header, 0, 100).split('/').at(-1)!, bytes, isFile: type === 0 || type === 0x30 };
}

function octal(header: Buffer, at: number, length: number): number {
  return Number.parseInt(text(header, at, length).trim(), 8);
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end);
}
