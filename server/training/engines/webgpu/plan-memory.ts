import type { Dispatch, RecordedBuffer } from './dispatch-recorder.ts';

/** A piece of memory for temporary buffers, which use it one after the other. */
export interface Piece {
  size: number;
  buffers: RecordedBuffer[];
}

/** A buffer may use a piece up to this many times its size. */
const WASTE = 2;

/**
 * Places temporary buffers in as little memory as is easily done: a buffer takes the smallest piece that is free from
 * its first dispatch to its last. Shaders see only as much of a piece as their buffer is large.
 *
 * @param temporary whether a buffer is placed at all
 * @param kept buffers that are read after the last dispatch
 */
export function planMemory(
  dispatches: Dispatch[],
  temporary: (buffer: RecordedBuffer) => boolean,
  kept: Set<RecordedBuffer>,
): Piece[] {
  const lastUse = new Map<RecordedBuffer, number>();
  dispatches.forEach(({ buffers }, i) =>
    buffers.filter(temporary).forEach((buffer) => lastUse.set(buffer, kept.has(buffer) ? Infinity : i)),
  );
  const pieces: Piece[] = [];
  const placed = new Map<RecordedBuffer, Piece>();
  const free = new Set<Piece>();
  dispatches.forEach(({ buffers }, i) => {
    const used = [...new Set(buffers)].filter(temporary);
    for (const buffer of used) if (!placed.has(buffer)) placed.set(buffer, take(free, pieces, buffer));
    for (const buffer of used) if (lastUse.get(buffer) === i) free.add(placed.get(buffer)!);
  });
  return pieces;
}

function take(free: Set<Piece>, pieces: Piece[], buffer: RecordedBuffer): Piece {
  const fitting = [...free].filter(({ size }) => size >= buffer.size && size <= WASTE * buffer.size);
  const piece = fitting.sort((a, b) => a.size - b.size)[0] ?? { size: buffer.size, buffers: [] };
  if (!free.delete(piece)) pieces.push(piece);
  piece.buffers.push(buffer);
  return piece;
}
