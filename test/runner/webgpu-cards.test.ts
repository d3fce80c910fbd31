import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { DoctorResponse } from '../../server/http/schemas/doctor.ts';
import { cosweep, cosweepJson } from '../helpers/cosweep.ts';
import { describeWithWebgpu } from '../helpers/engines.ts';
import { twoSoftwareGpus } from '../helpers/software-gpu.ts';
import { ask, snapshot, type Snapshot } from './snapshot.ts';
import { temporaryFolder } from './study.ts';
import { writeImages } from './tiny-images.ts';

vi.setConfig({ testTimeout: 300_000 });

const definition = {
  name: 'tiny',
  method: 'grid',
  parameters: { alpha: { value: 0.5 }, beta: { value: 0.4 }, epsilon: { value: 0.05 }, N: { values: [3, 6] } },
  seeds: 1,
  training: {
    dataset: { name: 'idx', images: 'images', labels: 'labels', validation: 12 },
    model: { name: 'mlp', embedding: 4, dropout: 0.2 },
    optimizer: { learningRate: 0.01, clipNorm: 5 },
    batchSize: 4,
    batches: 10,
    evalEvery: 5,
  },
};

afterEach(() => vi.unstubAllEnvs());

function prepare(named: 'alike' | 'apart'): { folder: string; has: boolean } {
  const folder = temporaryFolder();
  writeImages(folder, 40, 4);
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(definition));
  const environment = twoSoftwareGpus(folder, named);
  if (environment === null) console.warn('\nThere is no SwiftShader here: one GPU is tested, not two\n');
  else vi.stubEnv('VK_ICD_FILENAMES', environment.VK_ICD_FILENAMES);
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
  return { folder, has: environment !== null };
}

interface Trained {
  stderr: string;
  runs: Snapshot;
  devices: string[];
}

async function train(folder: string, name: string, ...more: string[]): Promise<Trained> {
  const db = join(folder, `${name}.db`);
  const { stderr, code } = await cosweep(['run', join(folder, 'tiny.json'), '--engine', 'webgpu', ...more], { db });
  expect(code, stderr).toBe(0);
  const devices = ask<string>(db, 'SELECT json_group_array(DISTINCT device) FROM "Run"');
  return { stderr, runs: await snapshot(db), devices: (JSON.parse(devices) as string[]).sort() };
}

/** From now on a worker writes down the drivers that it is shown. @returns reads what they were */
function noteDrivers(folder: string): () => string[] {
  const notes = join(folder, 'notes');
  mkdirSync(notes);
  const file = join(folder, 'note.cjs');
  writeFileSync(
    file,
    `if (/workers.worker\\.js$/.test(process.argv[1] ?? ''))
      require('node:fs').writeFileSync(
        require('node:path').join(${JSON.stringify(notes)}, String(process.pid)),
        process.env.VK_ICD_FILENAMES ?? '',
      );`,
  );
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
  return () => readdirSync(notes).map((each) => readFileSync(join(notes, each), 'utf8'));
}

/** From now on every process that opens the second card alone dies as a driver that crashes makes it die. */
function breakSecond(folder: string): void {
  const file = join(folder, 'break.cjs');
  writeFileSync(
    file,
    `if (/(workers.worker|probe-process)\\.js$/.test(process.argv[1] ?? '') &&
      /^[^:]*alike_icd\\.json$/.test(process.env.VK_ICD_FILENAMES ?? ''))
      process.kill(process.pid, 'SIGSEGV');`,
  );
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
}

describeWithWebgpu('a sweep on two cards', () => {
  test('of one name has a worker on each, which sees no other, and gives the bits of one card', async () => {
    const { folder, has } = prepare('alike');
    const drivers = noteDrivers(folder);
    const all = await train(folder, 'all', '--device', 'all', '--no-share');
    const alone = await train(folder, 'alone', '--device', '0', '--no-share');
    expect(all.runs).toEqual(alone.runs);
    expect(alone.stderr).toContain('on webgpu with 1 worker');
    expect(alone.devices).toHaveLength(1);
    if (!has) return;
    expect(all.stderr).toContain('on webgpu with 2 workers');
    expect(all.devices).toEqual([
      expect.stringMatching(/^SwiftShader Device \(Subzero\) \(.*alike_icd\.json\), in software$/),
      expect.stringMatching(/^SwiftShader Device \(Subzero\) \(.*vk_swiftshader_icd\.json\), in software$/),
    ]);
    expect(new Set(drivers())).toEqual(new Set(process.env['VK_ICD_FILENAMES']!.split(':')));

    // A card that worked on another day and does not now is left out.
    breakSecond(folder);
    const left = await train(folder, 'left', '--device', 'all', '--no-share');
    expect(left.stderr).toContain('engine webgpu worked here before and does not open now');
    expect(left.stderr).toMatch(
      /webgpu leaves out SwiftShader Device \(Subzero\) \(.*alike_icd\.json\): a process that/,
    );
    expect(left.stderr).toContain('on webgpu with 1 worker');
    expect(left.runs).toEqual(all.runs);
  });

  test('of two names is on those that are named, and doctor lists both', async () => {
    const { folder, has } = prepare('apart');
    const db = join(folder, 'no.db');
    const { engines } = await cosweepJson<DoctorResponse>(['doctor'], { db });
    const { cards } = engines.find(({ name }) => name === 'webgpu')!;
    expect(cards.length).toBeGreaterThan(0);
    for (const card of cards) expect(card).toMatchObject({ works: true, reason: null, remedy: null });
    expect(engines.find(({ name }) => name === 'wasm')!.cards).toEqual([]);
    if (!has) return;
    expect(cards.map(({ device }) => device).sort()).toEqual([
      'Second Test Device (Subzero)',
      'SwiftShader Device (Subzero)',
    ]);
    const { stdout } = await cosweep(['doctor'], { db });
    expect(stdout).toMatch(/^ENGINE +CARD +WORKS +DEVICE +MS\/STEP\nwebgpu +0 +yes +\S.*\nwebgpu +1 +yes +\S/m);

    const second = await train(folder, 'second', '--device', 'second TEST');
    expect(second.devices).toEqual(['Second Test Device (Subzero), in software']);
    expect(second.stderr).toContain('with 1 worker');

    const first = cards.findIndex(({ device }) => device.startsWith('Second'));
    const twice = await cosweep(
      ['run', join(folder, 'tiny.json'), '--engine', 'webgpu', '--device', `${first},second`, '--fresh'],
      { db: join(folder, 'second.db') },
    );
    expect([twice.code, twice.stderr]).toEqual([
      2,
      expect.stringContaining(`"${first}" and "second" are both Second Test Device (Subzero)`),
    ]);
  });
});
