import { crc32c } from './crc32c.ts';

/**
 * A TFRecord file is a sequence of records, each of them
 *
 *     length of the data   uint64, little-endian
 *     masked CRC-32C of these eight bytes   uint32
 *     the data
 *     masked CRC-32C of the data   uint32
 */
const HEAD = 12;
const FOOT = 4;

/** Data that holds checksums itself has a checksum that says little, so the format rotates it and adds this. */
const MASK = 0xa282ead8;

/** What is no TFRecord file, or is damaged. */
export class BrokenRecord extends Error {
  override readonly name = 'BrokenRecord';
  /** Where the record begins, in bytes from the beginning of the file. */
  readonly offset: number;

  constructor(what: 'length' | 'data', offset: number) {
    super(`the ${what} of the record at byte ${offset} does not match its checksum`);
    this.offset = offset;
  }
}

/** One record, as it stands in the file. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + data.length + FOOT);
  const view = viewOf(record);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc(data), true);
  return record;
}

/**
 * The data of each record. A record that the file ends within is left out: its writer may still be at it, or was
 * killed.
 *
 * @param pieces a file from its beginning, in pieces of any size
 * @throws BrokenRecord where a checksum is not that of its bytes
 */
export async function* decodeRecords(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const waiting = new Waiting();
  let offset = 0;
  let length: number | null = null;
  for await (const piece of pieces) {
    waiting.add(piece);
    while (true) {
      if (length === null) {
        if (waiting.size < HEAD) break;
        length = readLength(waiting.take(HEAD), offset);
      }
      if (waiting.size < length + FOOT) break;
      const rest = waiting.take(length + FOOT);
      const data = rest.subarray(0, length);
      if (viewOf(rest).getUint32(length, true) !== maskedCrc(data)) throw new BrokenRecord('data', offset);
      yield data;
      offset += HEAD + length + FOOT;
      length = null;
    }
  }
}

function readLength(head: Uint8Array, offset: number): number {
  const view = viewOf(head);
  if (view.getUint32(8, true) !== maskedCrc(head.subarray(0, 8))) throw new BrokenRecord('length', offset);
  return Number(view.getBigUint64(0, true));
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Bytes that have come and are not taken yet. They are joined once they are taken, however small their pieces are. */
class Waiting {
  size = 0;
  #pieces: Uint8Array[] = [];

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.size += piece.length;
  }

  take(count: number): Uint8Array {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [all.subarray(count)];
    this.size -= count;
    return all.subarray(0, count);
  }
}
