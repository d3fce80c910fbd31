import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { onEngine } from '../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { signedStructure, type SignedStructure } from '../../server/training/signature.ts';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { describeWithTensorflow, hasTensorflow } from '../helpers/engines.ts';
import { fewerInstructions } from '../helpers/fewer-instructions.ts';
import { inProcess } from '../helpers/in-process.ts';
import { runArgs, temporaryFolder, writeStudy } from './study.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

// Native TensorFlow takes seconds to open on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function structureOf(file: string, folder: string): Promise<SignedStructure> {
  const plan = await planDefinition(readDefinition(readFileSync(file, 'utf8'), file), folder);
  const [arm] = plan.arms;
  return signedStructure({ ...arm!, training: ownTraining(arm!.training) }, { shape: [12, 12, 1], classes: 10 });
}

/** What a process of its own measures, which finds nothing in the cache. */
async function measure(engine: 'tensorflow' | 'wasm', instructions: string | null): Promise<string | null> {
  const folder = temporaryFolder();
  vi.stubEnv('COSWEEP_CACHE', folder);
  if (instructions !== null) vi.stubEnv('ONEDNN_MAX_CPU_ISA', instructions);
  const worker = new WorkerProcess(onEngine(engine));
  vi.unstubAllEnvs();
  await worker.opened;
  const [signature] = await worker.sign([await structureOf(writeStudy(folder, { small: true }), folder)]);
  await worker.end();
  return signature!;
}

const branch = fewerInstructions === null ? 'there is one class of bits here' : `it is kept to ${fewerInstructions}`;
console.log(`oneDNN and signatures: ${hasTensorflow ? branch : 'native TensorFlow is not here, only wasm is tried'}`);

describeWithTensorflow('signatures on tensorflow', () => {
  test('are the same in every process, and others with fewer instructions', async () => {
    const first = await measure('tensorflow', null);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await measure('tensorflow', null)).toBe(first);
    if (fewerInstructions !== null) expect(await measure('tensorflow', fewerInstructions)).not.toBe(first);
  });
});

test('on wasm there is one class: fewer instructions of oneDNN are none of its business', async () => {
  const wasm = await measure('wasm', null);
  expect(wasm).toMatch(/^[0-9a-f]{64}$/);
  expect(await measure('wasm', fewerInstructions ?? 'SSE41')).toBe(wasm);
});

test('a signature is of the structure, and not of numbers that a run may choose', async () => {
  const folder = temporaryFolder();
  const of = (learningRate: number[]) => structureOf(writeStudy(folder, { small: true, learningRate }), folder);
  const structure = await of([0.02]);
  expect(await of([0.3])).toEqual(structure);
  const worker = new WorkerProcess(onEngine('wasm'));
  await worker.opened;
  const [own, again, ...others] = await worker.sign([
    structure,
    structure,
    { ...structure, batchSize: 16 },
    { ...structure, optimizer: { ...structure.optimizer, name: 'adam' } },
    { ...structure, loss: { ...structure.loss, distance: 'euclidean' } },
    { ...structure, inForce: { ...structure.inForce, interClass: false } },
    { ...structure, model: { ...structure.model, dropout: 0 } },
    // what cannot be computed is unknown, and the next one is measured nevertheless
    { ...structure, model: { name: 'none' as 'mlp', embedding: 8, dropout: 0 } },
    { ...structure, shape: [8, 8, 1] },
  ]);
  await worker.end();
  expect(again).toBe(own);
  expect(others[5]).toBeNull();
  expect(new Set([own, ...others]).size).toBe(8);
});

test('a sweep whose machine computes other bits is refused; --other-bits goes on, and the table names both', async () => {
  const folder = temporaryFolder();
  const db = ['--db', join(folder, 'study.db')];
  const cosweep = (...args: string[]) => inProcess([...db, ...args], folder);
  const study = { small: true, N: [60], seeds: [1] };
  const file = writeStudy(folder, study);
  expect(await cosweep(...runArgs(file))).toMatchObject({ code: 0 });
  const runs = async () =>
    JSON.parse((await cosweep('--json', 'runs', 's1')).stdout) as { run: string; seed: number; bits: string }[];
  const before = await runs();
  const { bits } = before[0]!;
  expect(before.map((run) => run.bits)).toEqual([bits, bits]);

  const other = 'b'.repeat(64);
  vi.spyOn(WorkerProcess.prototype, 'sign').mockImplementation(async (structures) => structures.map(() => other));
  writeStudy(folder, { ...study, seeds: [1, 2] });
  const refused = await cosweep(...runArgs(file));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`r1 has the signature ${bits.slice(0, 12)}; here it is bbbbbbbbbbbb`);
  expect(JSON.parse((await cosweep('--json', 'show', 's1')).stdout)).toMatchObject({
    state: 'interrupted',
    error: expect.stringContaining('cosweep run s1 --other-bits'),
  });

  expect(await cosweep(...runArgs(file, '--other-bits'))).toMatchObject({ code: 0 });
  const after = await runs();
  expect(after.filter(({ seed }) => seed === 1)).toEqual(before);
  expect(after.filter(({ seed }) => seed === 2).map((run) => run.bits)).toEqual([other, other]);
  expect((await cosweep('export', 's1', '--format', 'md')).stdout).toContain(
    `seed 1 (signature ${bits.slice(0, 12)}); seed 2 (signature bbbbbbbbbbbb).`,
  );
  const shown = (await cosweep('show', 'r1')).stdout;
  expect(shown).toContain(bits);
  expect(shown).toMatch(/versions +.*cosweep \d/);
});
