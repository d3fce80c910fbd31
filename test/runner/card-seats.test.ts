import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Patience } from '../../server/runner/patience.ts';
import { hireOn, inTurn, tellCards } from '../../server/runner/workers/hire-worker.ts';
import { findSeats } from '../../server/runner/workers/program-seats.ts';
import { workerCount } from '../../server/runner/workers/worker-count.ts';
import { listCudaCards } from '../../server/training/engines/cards/cuda-cards.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { ask } from './snapshot.ts';
import { temporaryFolder } from './study.ts';
import { fakeSmi } from './usage/fake-smi.ts';
import { writeProgramStudy } from './programs/program-study.ts';

const UUIDS = ['a', 'b', 'c', 'd'].map((digit) => `GPU-${digit.repeat(8)}-0c3d-4e5f-8a9b-0123456789ab`);
const LISTED = UUIDS.map((uuid, i) => `GPU ${i}: NVIDIA H200 (UUID: ${uuid})`).join('\n');
const PLACE = { copy: '', folder: '', stages: '' };
const smi = (folder: string, says = LISTED): unknown => fakeSmi(folder, `cat <<'END'\n${says}\nEND`);

/** From now on a process that runs this script writes down which cards it sees. */
function noteCards(folder: string, script: string): () => (string | undefined)[] {
  const notes = join(folder, 'notes');
  mkdirSync(notes);
  const file = join(folder, 'note.cjs');
  writeFileSync(
    file,
    `if (new RegExp(${JSON.stringify(script)}).test(process.argv[1] ?? ''))
      require('node:fs').writeFileSync(
        require('node:path').join(${JSON.stringify(notes)}, String(process.pid)),
        JSON.stringify({ seen: process.env.CUDA_VISIBLE_DEVICES }),
      );`,
  );
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return () => readdirSync(notes).map((each) => JSON.parse(readFileSync(join(notes, each), 'utf8')).seen);
}

test('the worker of each seat sees one card, in turn; without cards it sees what this process does', async () => {
  const folder = temporaryFolder();
  smi(folder);
  const seen = noteCards(folder, 'workers.worker\\.js$');
  const cards = (await listCudaCards({})).slice(1, 3);
  const logs = { worker: () => undefined } as never;
  const hire = hireOn('wasm', inTurn(cards), { patience: new Patience(), logs });
  const workers = [0, 1, 2].map(hire);
  await Promise.all(workers.map(({ opened }) => opened));
  await Promise.all(workers.map((worker) => worker.end()));
  expect(seen().sort()).toEqual([UUIDS[1], UUIDS[1], UUIDS[2]]);

  const own = hireOn('wasm', inTurn([]), { patience: new Patience(), logs })(5);
  await own.opened;
  await own.end();
  expect(seen().filter((each) => each === undefined)).toHaveLength(1);
});

test('of several cards those are said that have a worker', () => {
  const card = (label: string) => ({ name: label, id: label, label, environment: {}, trouble: null });
  const said = (count: number, workers: number): string[] => {
    const all: string[] = [];
    tellCards('webgpu', ['a', 'b', 'c'].slice(0, count).map(card), workers, (message) => all.push(message));
    return all;
  };
  expect(said(3, 2)).toEqual(['webgpu trains on a, b']);
  expect(said(2, 4)).toEqual(['webgpu trains on a, b']);
  expect([said(1, 1), said(0, 3)]).toEqual([[], []]);
});

test('there is one worker a card, or as many as --per-device says, or --workers of them in all', () => {
  const auto = { workers: 'auto' as const };
  expect(workerCount(auto, 'webgpu', 0)).toBe(1);
  expect(workerCount(auto, 'webgpu', 3)).toBe(3);
  expect(workerCount({ ...auto, perDevice: 2 }, 'webgpu', 3)).toBe(6);
  expect(workerCount({ ...auto, perDevice: 2 }, 'webgpu', 0)).toBe(2);
  expect(workerCount({ workers: 5 }, 'webgpu', 2)).toBe(5);
  expect(workerCount({ workers: 3, perDevice: 2 }, 'webgpu', 2)).toBe(3);
  expect(workerCount(auto, 'wasm', 0)).toBe(availableParallelism());
  expect(() => workerCount({ workers: 5, perDevice: 2 }, 'webgpu', 2)).toThrow(
    'Cannot start 5 workers (--workers): found places for 4 (--per-device 2), wanted no more',
  );
  expect(() => workerCount({ ...auto, perDevice: 2 }, 'wasm', 0)).toThrow(
    'Cannot start 2 workers a device (--per-device): the engine wasm computes on processors, wanted --workers',
  );
});

test('programs share the cards that --device chooses, in groups of gpus', async () => {
  smi(temporaryFolder());
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  const places = async (gpus: number, options: Partial<Parameters<typeof findSeats>[2]>) => {
    const found = await findSeats(PLACE, { gpus }, { workers: 'auto', ...options });
    const seats = Array.from({ length: found.seats }, (_, seat) => seat);
    expect(seats.map(found.cardOf)).toEqual(
      seats.map((seat) => (found.placeOf(seat).devices === null ? null : found.placeOf(seat).device)),
    );
    return seats.map((seat) => found.placeOf(seat).devices?.map((id) => UUIDS.indexOf(id)) ?? null);
  };
  expect(await places(1, {})).toEqual([[0], [1], [2], [3]]);
  expect(await places(1, { device: '3,1' })).toEqual([[3], [1]]);
  expect(await places(1, { device: 'GPU-cccc', perDevice: 2 })).toEqual([[2], [2]]);
  expect(await places(2, {})).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(await places(2, { device: '0,1,2', workers: 3 })).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect(await places(0, {})).toEqual([null]);
  expect(await places(0, { device: '1,2', workers: 2 })).toEqual([
    [1, 2],
    [1, 2],
  ]);
  await expect(places(2, { device: '0' })).rejects.toThrow('found 1 GPUs, wanted the 2 of training.program.gpus');
  await expect(places(1, { device: '4' })).rejects.toThrow('no device is "4". Wanted: a number or a part of a name');
  await expect(places(0, { perDevice: 2 })).rejects.toThrow('training.program.gpus is 0, so programs get none');
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '0,9');
  await expect(places(1, {})).rejects.toThrow(
    'Cannot start the program on GPU 9: CUDA_VISIBLE_DEVICES names it, and nvidia-smi lists no such card',
  );
  expect(await places(1, { device: '0' })).toEqual([[0]]);
  vi.unstubAllEnvs();
});

test('programs train on cards of one model, unless --device says otherwise: nobody compares their bits', async () => {
  const models = ['NVIDIA L4', 'NVIDIA A100', 'NVIDIA L4', 'NVIDIA A100'];
  const list = (names: string[]): void =>
    void smi(temporaryFolder(), names.map((name, i) => `GPU ${i}: ${name} (UUID: ${UUIDS[i]})`).join('\n'));
  const seats = async (gpus: number, device: string | null) => {
    const said: string[] = [];
    const found = await findSeats(PLACE, { gpus }, { workers: 'auto', device }, (message) => said.push(message));
    const groups = Array.from({ length: found.seats }, (_, seat) =>
      found.placeOf(seat).devices!.map((id) => (id.length < 3 ? Number(id) : UUIDS.indexOf(id))),
    );
    return { groups, said };
  };
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  list(models);
  expect(await seats(1, null)).toEqual({
    groups: [[0], [2]],
    said: [
      'programs train on NVIDIA L4 (GPU-aaaaaaaa), NVIDIA L4 (GPU-cccccccc): other models round differently, ' +
        'so a run stays on one model; left out: NVIDIA A100 (GPU-bbbbbbbb), NVIDIA A100 (GPU-dddddddd); ' +
        '--device all takes all',
    ],
  });
  expect(await seats(1, 'all')).toEqual({ groups: [[0], [1], [2], [3]], said: [] });
  expect((await seats(2, 'A100')).groups).toEqual([[1, 3]]);
  list(['NVIDIA L4', ...models.slice(1).fill('NVIDIA A100')]);
  expect((await seats(1, null)).groups).toEqual([[1], [2], [3]]);
  await expect(seats(4, null)).rejects.toThrow('found 3 GPUs, wanted the 4 of training.program.gpus');

  // Numbers that CUDA counts in an order of its own: which models they are is not known.
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '0,1');
  expect(await seats(1, null)).toEqual({
    groups: [[0], [1]],
    said: [expect.stringMatching(/^nothing says of which models GPU 0, GPU 1 are, .* CUDA_DEVICE_ORDER=PCI_BUS_ID/)],
  });
  vi.stubEnv('CUDA_DEVICE_ORDER', 'PCI_BUS_ID');
  expect((await seats(1, null)).groups).toEqual([[0]]);
  vi.unstubAllEnvs();
});

test('a program gets one part that MIG has made, and never several: CUDA would show it one of them', async () => {
  const parts = ['a', 'b'].map((digit) => `MIG-${digit.repeat(8)}-0c3d-4e5f-8a9b-0123456789ab`);
  const cut = parts.map((uuid, i) => `  MIG 3g.20gb     Device  ${i}: (UUID: ${uuid})`).join('\n');
  const whole = UUIDS.slice(1, 3).map((uuid, i) => `GPU ${i + 1}: NVIDIA A100 (UUID: ${uuid})`);
  smi(temporaryFolder(), [`GPU 0: NVIDIA A100 (UUID: ${UUIDS[0]})`, cut, ...whole].join('\n'));
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  const devices = async (gpus: number, device: string): Promise<(string[] | null)[]> => {
    const { seats, placeOf } = await findSeats(PLACE, { gpus }, { workers: 'auto', device });
    return Array.from({ length: seats }, (_, seat) => placeOf(seat).devices);
  };
  expect(await devices(1, '0,1')).toEqual([[parts[0]], [parts[1]]]);
  expect(await devices(2, '2,3')).toEqual([[UUIDS[1], UUIDS[2]]]);
  expect(await devices(0, '2,3')).toEqual([[UUIDS[1], UUIDS[2]]]);
  expect(await devices(0, '1')).toEqual([[parts[1]]]);
  for (const [gpus, mixed] of [
    [2, '0,1'],
    [2, '2,0'],
    [2, '3,2,0,1'],
    [0, '0,1'],
  ] as const)
    await expect(devices(gpus, mixed)).rejects.toMatchObject({
      name: 'OutsideError',
      message: expect.stringMatching(
        / is a part that MIG has made of a card, and CUDA shows a process no other device/,
      ),
    });
  vi.unstubAllEnvs();
});

test('each program of a sweep sees the card of its seat, and its runs say which one it was', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  smi(folder);
  const seen = noteCards(folder, 'plain\\.mjs$');
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  const file = writeProgramStudy(folder, {
    script: 'plain.mjs',
    seeds: 3,
    program: {
      command: [process.execPath, 'plain.mjs', '--lr=0.1', '--beta={beta}', '--seed={seed}', '--epochs=8'],
      fork: false,
      metrics: 'stdout',
      names: { loss: 'train/total' },
      gpus: 1,
      env: ['NODE_OPTIONS'],
    },
    training: { batchesPerEpoch: 5 },
  });
  const { code, stderr } = await cosweep(['run', file, '--device', '1,3'], { db });
  expect(code, stderr).toBe(0);
  expect(new Set(seen())).toEqual(new Set([UUIDS[1], UUIDS[3]]));
  const devices = ask<string>(db, 'SELECT group_concat(DISTINCT device) FROM "Run"').split(',').sort();
  expect(devices).toEqual(['NVIDIA H200 (GPU-bbbbbbbb)', 'NVIDIA H200 (GPU-dddddddd)']);

  const wrong = await cosweep(['run', file, '--fresh', '--device', '1,1'], { db });
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('Cannot read the devices "1,1" (--device): found "1" twice, wanted each device once'),
  ]);
  const gone = await cosweep(['run', file, '--fresh', '--device', '1,9'], { db });
  expect([gone.code, gone.stderr]).toEqual([
    2,
    expect.stringContaining('Cannot choose a device of the program (--device): no device is "9". Wanted: '),
  ]);
});
