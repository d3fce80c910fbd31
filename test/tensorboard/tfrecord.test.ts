import { describe, expect, it } from 'vitest';
import { BrokenRecord, decodeRecords, encodeRecord } from '../../server/tensorboard/tfrecord.ts';

const RECORDS = ['first', '', 'x'.repeat(70_000), 'last'].map((text) => new TextEncoder().encode(text));
const FILE = Buffer.concat(RECORDS.map(encodeRecord));

describe('a TFRecord file', () => {
  it('holds a record as TensorBoard itself writes it', () => {
    // RecordWriter(stream).write(b"hello") of tensorboard.summary.writer.record_writer
    const written = '0500000000000000eab2043e68656c6c6fbb1f1c19';
    expect(Buffer.from(encodeRecord(Buffer.from('hello'))).toString('hex')).toBe(written);
  });

  it.each([1, 7, 4096, FILE.length])('is read in pieces of %i bytes', async (size) => {
    const read = await readAll(FILE, size);
    expect(read.map((data) => Buffer.from(data))).toEqual(RECORDS.map((data) => Buffer.from(data)));
  });

  it('is read up to the record that it ends within', async () => {
    for (const missing of [1, 4, 19, 20]) expect(await readAll(FILE.subarray(0, -missing))).toHaveLength(3);
    expect(await readAll(FILE.subarray(0, 5))).toEqual([]);
  });

  it('is refused where a byte is another, with the place', async () => {
    const second = 5 + 16;
    const data = Buffer.from(FILE);
    data[12]! ^= 1;
    await expect(readAll(data)).rejects.toThrow('the data of the record at byte 0 does not match its checksum');
    const length = Buffer.from(FILE);
    length[second]! ^= 1;
    await expect(readAll(length)).rejects.toThrow(new BrokenRecord('length', second));
    await expect(readAll(Buffer.from('batch,loss\n0,1.5\n1,1.25\n'))).rejects.toThrow(BrokenRecord);
  });
});

async function readAll(file: Uint8Array, size = 1000): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const data of decodeRecords(inPieces(file, size))) all.push(data);
  return all;
}

async function* inPieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < file.length; from += size) yield file.subarray(from, from + size);
}
