import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hparamTypes, sessionStartEvent } from '../../server/export/tensorboard/hparams.ts';
import { runFolder } from '../../server/export/tensorboard/run-folder.ts';
import { wallTimeOf } from '../../server/export/wall-time.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import type { ListedRun } from '../../server/store/reading/list-runs.ts';
import { decodeEvent, decodePluginData, type TensorBoardEvent } from '../../server/tensorboard/event-proto.ts';
import { decodeRecords } from '../../server/tensorboard/tfrecord.ts';
import { inProcess } from '../helpers/in-process.ts';
import { describeWithPython, runPython } from '../helpers/python.ts';
import { accuracyAt, storeTrainedSweep, totalAt } from '../http/trained-sweep.ts';

vi.setConfig({ testTimeout: 300_000 });

const reader = fileURLToPath(new URL('read_events.py', import.meta.url));

let folder: string;
const ask = (...args: string[]) => inProcess(['export', ...args], folder);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-tensorboard-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storeTrainedSweep(storage);
  await storage.close();
  expect(await ask('s1', '--format', 'tensorboard', '--out', 'out')).toMatchObject({ code: 0, stdout: '' });
});
afterAll(() => rmSync(folder, { recursive: true }));

type Point = [step: number, wallTime: number, value: number | null];

interface Session {
  name: string;
  status: string;
  startTimeSecs: number;
  endTimeSecs: number;
}

interface Read {
  scalars: Record<string, Record<string, Point[]>>;
  experiment: { name: string; hparamInfos: { name: string; type: string }[]; metricInfos: { name: { tag: string } }[] };
  groups: {
    sessionGroups: {
      name: string;
      hparams: Record<string, unknown>;
      metricValues: { name: { tag: string }; value: number }[];
      sessions: Session[];
    }[];
  };
}

describeWithPython('TensorBoard', (python) => {
  const read = () => JSON.parse(runPython(python, [reader, join(folder, 'out')])) as Read;

  test('reads the points of every run', () => {
    const { scalars } = read();
    // the run that failed before its first batch has no points
    expect(Object.values(scalars).filter((tags) => Object.keys(tags).length > 0)).toHaveLength(17);
    const { 'val/accuracy': accuracy, 'train/total': total } = scalars['01-β0.4/seed-2']!;
    expect(accuracy!.map(([step]) => step)).toEqual([0, 10, 20, 30, 40]);
    for (const [step, , value] of accuracy!) expect(value).toBe(Math.fround(accuracyAt(1, 2, step)));
    expect(total!.map(([step, , value]) => [step, value])).toEqual(
      Array.from({ length: 40 }, (_, step) => [step, Math.fround(totalAt(2, step))]),
    );
    const times = total!.map(([, time]) => time);
    // 2.5 s for 40 batches
    expect(times.at(-1)! - times[0]!).toBeCloseTo((2.5 * 39) / 40, 3);
    const [lastOfDiverged] = scalars['01-β0.4/seed-5']!['train/total']!.slice(-1);
    expect(lastOfDiverged).toMatchObject([29, expect.any(Number), null]);
  });

  test('shows arms, their hyperparameters and the mean of their seeds in the HParams tab', () => {
    const { experiment, groups } = read();
    expect(experiment).toMatchObject({ name: 'two-betas' });
    expect(experiment.hparamInfos.map(({ name, type }) => [name, type]).sort()).toEqual([
      ['N', 'DATA_TYPE_FLOAT64'],
      ['alpha', 'DATA_TYPE_FLOAT64'],
      ['arm', 'DATA_TYPE_STRING'],
      ['beta', 'DATA_TYPE_FLOAT64'],
      ['epsilon', 'DATA_TYPE_FLOAT64'],
      ['gamma', 'DATA_TYPE_FLOAT64'],
    ]);
    expect(experiment.metricInfos.map(({ name }) => name.tag)).toContain('val/accuracy');
    const byName = new Map(groups.sessionGroups.map((group) => [group.name, group]));
    expect([...byName.keys()].sort()).toEqual(['0 β0.2', '1 β0.4', '2 noIntra']);
    const control = byName.get('2 noIntra')!;
    expect(control.hparams).toEqual({ arm: 'noIntra', alpha: 0.5, beta: 0, gamma: 1 });
    const mean = [0, 1, 2, 3, 4, 5].reduce((sum, seed) => sum + Math.fround(accuracyAt(2, seed, 40)), 0) / 6;
    expect(control.metricValues.find(({ name }) => name.tag === 'val/accuracy')!.value).toBeCloseTo(mean, 12);
    const status = (group: string) => byName.get(group)!.sessions.map((session) => session.status);
    expect(status('2 noIntra')).toEqual(new Array(6).fill('STATUS_SUCCESS'));
    expect(status('0 β0.2').filter((each) => each === 'STATUS_FAILURE')).toHaveLength(1);
    expect(control.sessions.every(({ startTimeSecs, endTimeSecs }) => endTimeSecs > startTimeSecs)).toBe(true);
  });
});

describe('export --format tensorboard', () => {
  test('of another metric, into the same folder', async () => {
    const args = ['s1', '--format', 'tensorboard', '--out', 'again'];
    await ask(...args);
    const { code, stdout } = await ask(...args, '--metric', 'val/crossEntropy', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runs: 18, points: 16 * 5 + 4 });
    const events = await readEvents(join(folder, 'again', '02-noIntra', 'seed-0'));
    expect(events[0]!.fileVersion).toBe('brain.Event:2');
    const tags = events.flatMap(({ summary }) => summary?.value.map(({ tag }) => tag) ?? []);
    expect(tags).toEqual([
      '_hparams_/session_start_info',
      ...new Array<string>(5).fill('val/crossEntropy'),
      '_hparams_/session_end_info',
    ]);
  });

  test.each([
    [['s1', '--format', 'tensorboard'], /Cannot export s1 as tensorboard: wanted --out, the folder to write/],
    [
      ['s1', '--format', 'tensorboard', '--out', '.'],
      /Cannot write the export to .*: found \S+ in it; wanted a new or an empty folder/,
    ],
    [['s1', '--format', 'tensorboard', '--out', 'cosweep.db'], /Cannot write to .*cosweep\.db: that is the database/],
    [['s1', '--format', 'tensorboard', '--out', 'x', '--rows', 'beta'], /found --rows, wanted with a table alone/],
    [['s1', '--format', 'tensorboard', '--out', 'x', '--metric', 'val/acuracy'], /did you mean "val\/accuracy"/],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await ask(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

test('the name of an arm makes one folder, whatever stands in it', () => {
  const name = (armName: string) => runFolder({ arm: 3, armName, seed: 1 });
  expect(name('../..')).toBe(join('03-.._..', 'seed-1'));
  expect(name('noIntra net/width=3 α0.5\n')).toBe(join('03-noIntra_net_width=3_α0.5_', 'seed-1'));
  expect(Buffer.byteLength(name('𝛽'.repeat(500)))).toBeLessThan(255);
});

test('a hyperparameter has one type in all runs, and none where it is not in force', () => {
  const run = (params: ListedRun['params']) => ({ arm: 0, armName: 'a', seed: 0, params }) as ListedRun;
  const runs = [run({ flag: true, mixed: 1, rate: 0.5 }), run({ flag: false, mixed: 'auto', rate: null })];
  const types = hparamTypes(runs);
  const hparams = runs.map((each) => {
    const [value] = sessionStartEvent(each, types, 0).summary!.value;
    return decodePluginData(value!.metadata!.pluginData!.content!).sessionStartInfo!.hparams;
  });
  const arm = { stringValue: 'a' };
  expect(hparams).toEqual([
    { arm, flag: { boolValue: true }, mixed: { stringValue: '1' }, rate: { numberValue: 0.5 } },
    { arm, flag: { boolValue: false }, mixed: { stringValue: 'auto' } },
  ]);
});

test('a run that has a trunk and has not started has the time of its sweep', () => {
  const timeOf = wallTimeOf({ startedAt: null, seconds: 2, batch: 100 }, new Date(5000));
  expect([timeOf(0), timeOf(50)]).toEqual([5000, 6000]);
  expect(wallTimeOf({ startedAt: new Date(7000), seconds: null, batch: 0 }, new Date(0))(0)).toBe(7000);
});

async function readEvents(run: string): Promise<TensorBoardEvent[]> {
  const [file] = readdirSync(run);
  const events: TensorBoardEvent[] = [];
  for await (const data of decodeRecords(createReadStream(join(run, file!)))) events.push(decodeEvent(data));
  return events;
}
