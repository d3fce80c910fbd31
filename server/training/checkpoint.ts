import type { HostState } from './state.ts';

/** Everything that continuing from a batch needs. */
export interface Checkpoint {
  /** Optimiser steps taken. */
  batch: number;
  state: HostState;
  /** Whether the truncated term has been above 0 so far. */
  intraLive: boolean;
}

const MAGIC = 'cosweep1';

interface Header extends Omit<Checkpoint, 'state'> {
  tensors: { name: string; shape: number[] }[];
}

/**
 * A checkpoint as bytes: `cosweep1`, the header's length (uint32), the header (JSON, padded with spaces to a multiple
 * of 4), then the tensors' float32 values in the header's order. Numbers are little-endian, as on every machine that
 * TensorFlow.js runs on. Equal checkpoints give equal bytes.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return joinPieces(piecesOf(checkpoint));
}

export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The bytes of `encodeCheckpoint` in pieces: the header, then each tensor's own memory. No tensor is copied. */
export function piecesOf({ batch, state, intraLive }: Checkpoint): Uint8Array[] {
  const names = Object.keys(state).sort();
  return [
    startOf({ batch, intraLive, tensors: names.map((name) => ({ name, shape: state[name]!.shape })) }),
    ...names.map((name) => {
      const { buffer, byteOffset, byteLength } = state[name]!.values;
      return new Uint8Array(buffer, byteOffset, byteLength);
    }),
  ];
}

/**
 * How many bytes the checkpoint at this batch has where the truncated term was above 0. Where it was not, there may be
 * four more.
 */
export function checkpointBytes(batch: number, tensors: Header['tensors']): number {
  return tensors.reduce(
    (total, { shape }) => total + 4 * count(shape),
    startOf({ batch, intraLive: true, tensors: tensors.map(({ name, shape }) => ({ name, shape })) }).length,
  );
}

function startOf({ batch, intraLive, tensors }: Header): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ batch, intraLive, tensors }));
  const padded = Math.ceil(header.length / 4) * 4;
  const start = new Uint8Array(MAGIC.length + 4 + padded).fill(0x20);
  new TextEncoder().encodeInto(MAGIC, start);
  new DataView(start.buffer).setUint32(MAGIC.length, padded, true);
  start.set(header, MAGIC.length + 4);
  return start;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Reads the bytes of `encodeCheckpoint`. Damaged values are not noticed here: finding them is the job of a hash.
 *
 * @throws {Error} where the bytes are not a whole checkpoint
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MAGIC.length + 4;
  if (bytes.length < start || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new Error(`Cannot read a checkpoint: found ${bytes.length} bytes that do not begin with "${MAGIC}"`);
  }
  const end = start + view.getUint32(MAGIC.length, true);
  if (end > bytes.length)
    throw new Error(`Cannot read a checkpoint: its header should end at byte ${end}, found ${bytes.length} bytes`);
  const { batch, intraLive, tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as Header;
  const counts = tensors.map(({ shape }) => count(shape));
  const expected = end + 4 * counts.reduce((total, each) => total + each, 0);
  if (expected !== bytes.length)
    throw new Error(`Cannot read a checkpoint: its header says ${expected} bytes, found ${bytes.length}`);
  let at = end;
  const state: HostState = {};
  for (const [i, { name, shape }] of tensors.entries()) {
    const length = 4 * counts[i]!;
    // A copy: float32 numbers have to begin at a multiple of 4 bytes, and `bytes` may begin anywhere.
    const copy = new Uint8Array(bytes.subarray(at, at + length));
    state[name] = { shape, values: new Float32Array(copy.buffer) };
    at += length;
  }
  return { batch, state, intraLive };
}
