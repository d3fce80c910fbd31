import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeSafetensors, readSafetensors } from '../../server/training/weights/safetensors.ts';

function fileOf(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-tensors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file.safetensors');
  writeFileSync(file, bytes);
  return file;
}

/** A file with this header and so many bytes behind it. */
function written(header: unknown, data = 8): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}

test('what is written is read: every bit, in the order of the names', async () => {
  const tensors = {
    'b/kernel': { shape: [2, 3], values: Float32Array.of(1, -0, NaN, Infinity, 1e-40, 0.1) },
    'a/one': { shape: [], values: Float32Array.of(7) },
    'ä/none': { shape: [0, 4], values: new Float32Array(0) },
  };
  const bytes = encodeSafetensors(tensors, { format: 'cosweep' });
  const read = await readSafetensors(fileOf(bytes));
  expect(Object.keys(read.tensors)).toEqual(['a/one', 'b/kernel', 'ä/none']);
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    expect(read.tensors[name]!.shape).toEqual(shape);
    expect(Buffer.from(read.tensors[name]!.values.buffer)).toEqual(Buffer.from(values.buffer));
  }
  expect(read.bytes).toEqual(new Uint8Array(bytes));
});

test('a tensor is read wherever it lies, whatever lies beside it', async () => {
  const header = {
    x: { dtype: 'F32', shape: [1], data_offsets: [1, 5] },
    y: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
  };
  const bytes = written(header, 5);
  Buffer.from(bytes.buffer, bytes.byteOffset).writeFloatLE(2.5, bytes.length - 4);
  const { tensors } = await readSafetensors(fileOf(bytes));
  expect(tensors).toEqual({ x: { shape: [1], values: Float32Array.of(2.5) } });
});

test.each<[string, Uint8Array, string]>([
  ['nothing', new Uint8Array(0), 'it begins with no length of a header that fits into its 0 bytes'],
  [
    'a length of 2⁶³',
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125),
    'it begins with no length of a header that fits',
  ],
  ['a header longer than the file', written('{}').subarray(0, 9), 'it begins with no length of a header that fits'],
  ['no JSON', written('{"x": '), 'its header does not say type, shape and place of each tensor'],
  ['a list', written([]), 'its header does not say type, shape and place of each tensor'],
  ['no text', written('{"\\xff": 1}'.replace('\\xff', '\ufffd')), 'its header does not say type'],
  ['a negative shape', written({ x: { dtype: 'F32', shape: [-2], data_offsets: [0, 8] } }), 'its header does not say'],
  [
    'a place behind the end',
    written({ x: { dtype: 'F32', shape: [3], data_offsets: [0, 12] } }),
    'tensor "x" is said to lie in bytes 0 to 12 of 8',
  ],
  [
    'what stands behind the tensors',
    written({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }),
    'its tensors end at byte 4 of 8',
  ],
  [
    'an end before the beginning',
    written({ x: { dtype: 'F32', shape: [1], data_offsets: [8, 4] } }),
    'tensor "x" is said to lie in bytes 8 to 4 of 8',
  ],
  [
    'a shape of other bytes',
    written({ x: { dtype: 'F32', shape: [65536, 65536], data_offsets: [0, 8] } }),
    'tensor "x" has 8 bytes, and 65536 × 65536 numbers of float32',
  ],
])('%s is refused', async (_, bytes, found) => {
  await expect(readSafetensors(fileOf(bytes))).rejects.toThrow(found);
});
