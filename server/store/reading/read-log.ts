import { open } from 'node:fs/promises';
import { printableLines } from '../../sweep/printable.ts';
import { logFolderOf } from '../database/log-folder.ts';
import { logPartsOf, type LogPart } from '../database/log-parts.ts';
import type { Storage } from '../database/storage.ts';

/** So many bytes are read at once, at most. */
export const LOG_PIECE = 256_000;

/** A piece of a log. */
export interface LogPiece {
  /** The byte of the log with which the text begins. */
  from: number;
  /** Control characters are replaced; lines and tabs are as they were written. */
  text: string;
  /** The byte from which to go on. */
  next: number;
  /** So many bytes before the text were asked for and are not kept: it was a long log. */
  leftOut: number;
  /** So many bytes were written of the log up to now. */
  end: number;
}

/**
 * Reads a log from a byte on.
 *
 * @param name of its file
 * @returns null where there is no such log
 */
export async function readLog(
  storage: Pick<Storage, 'file'>,
  name: string,
  from: number,
  most = LOG_PIECE,
): Promise<LogPiece | null> {
  const parts = await logPartsOf(logFolderOf(storage), name);
  const end = parts.at(-1)?.end;
  if (end === undefined) return null;
  const first = parts.findIndex((part) => part.end > from);
  if (first < 0) return { from: end, text: '', next: end, leftOut: 0, end };
  const start = Math.max(from, parts[first]!.start);
  const bytes = wholeCharacters(await readParts(parts.slice(first), start, most));
  const text = printableLines(bytes.toString('utf8').replaceAll('\r\n', '\n'));
  return { from: start, text, next: start + bytes.length, leftOut: start - from, end };
}

/** Up to the first place where something was left out. */
async function readParts(parts: readonly LogPart[], start: number, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let at = start;
  for (const part of parts) {
    const length = Math.min(part.end - at, start + most - at);
    if (part.start > at || length <= 0) break;
    const piece = await readPart(part, at - part.start, length);
    pieces.push(piece);
    at += piece.length;
    if (at < part.end) break; // a tail may be deleted meanwhile
  }
  return Buffer.concat(pieces);
}

async function readPart({ path }: LogPart, position: number, length: number): Promise<Buffer> {
  const handle = await open(path).catch(() => null);
  if (handle === null) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Without the beginning of a character at the end, whose other bytes come with the next piece. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue; // one of the later bytes of a character
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return wanted > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
