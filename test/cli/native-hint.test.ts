import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nativeHint } from '../../server/cli/native-hint.ts';
import { keepVerdict } from '../../server/training/engines/verdicts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-hint-'));
  vi.stubEnv('COSWEEP_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const keep = (name: 'tensorflow' | 'wasm', stepMs: number): void =>
  keepVerdict({ name, works: true, device: 'CPU', versions: {}, bits: null, stepMs, reason: null, remedy: null });

test('what native TensorFlow would gain is said once, with the command; where from if it is not installed', () => {
  expect(nativeHint()).toMatch(/1\.9 to 2\.9 times .* measured on another machine.*cosweep engine install tensorflow/);
  expect(nativeHint()).toBeNull();
});

test('as measured here where both engines are', () => {
  keep('tensorflow', 6);
  keep('wasm', 14.4);
  expect(nativeHint()).toMatch(/2\.4 times .* measured on this machine \(6 ms against 14\)/);
  expect(nativeHint()).toBeNull();
});

test('where it gains nothing, nothing is said, nor used up', () => {
  keep('tensorflow', 10);
  keep('wasm', 11);
  expect(nativeHint()).toBeNull();
  keep('wasm', 30);
  expect(nativeHint()).toContain('3 times');
});
