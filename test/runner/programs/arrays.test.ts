import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureArrays } from '../../../server/training/measures/measure-arrays.ts';
import { cosweep, cosweepHere } from '../../helpers/cosweep.ts';
import { snapshot } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { BATCHES, runProgramArgs, writeProgramStudy } from './program-study.ts';

const PLACE = { part: 'val', batches: BATCHES, evalEvery: 10 } as const;

/** What the program hands over after so many batches. */
function arraysAt(batch: number) {
  const n = 12;
  const features = Array.from(
    { length: 4 * n },
    (_, i) => (i % 4 === Math.floor(i / 4) % 3 ? batch : 1) + (i % 7) / 10,
  );
  const logits = Array.from({ length: 3 * n }, (_, i) => {
    const sample = Math.floor(i / 3);
    return i % 3 === (sample + (sample < 3 ? 1 : 0)) % 3 ? 2 : (i % 5) / 10;
  });
  return {
    features: Float32Array.from(features),
    logits: Float64Array.from(logits),
    labels: Int32Array.from({ length: n }, (_, i) => i % 3),
    d: 4,
    classes: 3,
  };
}

test('features, logits and labels that a program hands over are measured as for Cosweep’s own networks', async () => {
  const folder = temporaryFolder();
  const study = { beta: [0.2], N: [20], seeds: 1, training: { arrays: true } };
  const db = join(folder, 'arrays.db');
  const { code, stderr } = await cosweep(['run', writeProgramStudy(folder, study)], { db });
  expect(code, stderr).toBe(0);
  const runs = Object.values(await snapshot(db));
  expect(runs).toHaveLength(2);
  for (const { curves, artefacts } of runs) {
    for (const batch of [10, 20, 30, 40]) {
      const { metrics, confusion } = measureArrays(arraysAt(batch), { ...PLACE, batch });
      // Of each class one sample in four is taken for the next class.
      expect(confusion).toEqual([
        [3, 1, 0],
        [0, 3, 1],
        [1, 0, 3],
      ]);
      expect(JSON.parse(artefacts[`confusion@${batch}`]!)).toEqual(confusion);
      for (const [metric, value] of Object.entries(metrics).filter(([name]) => name !== 'val/accuracy'))
        expect(new Map(curves[metric]).get(batch), `${metric} at ${batch}`).toBe(value);
    }
    expect(Object.keys(artefacts).filter((name) => name.startsWith('projection'))).not.toEqual([]);
    // What the program says itself stays as it said.
    expect(new Map(curves['val/accuracy']).get(10)).not.toBe(0.75);
  }
  // The trunk is trained once more for its state alone, and what it hands over then is stored already.
  const extended = await cosweep(['extend', 's1', '--add', 'beta=0.3'], { db });
  expect(extended.code, extended.stderr).toBe(0);
  const shown = await cosweepHere<{ classes: string[] | null }>(['show', 'r1'], { db });
  expect(shown.classes).toBeNull();
});

test('arrays that do not belong together are a mistake that names the line', async () => {
  const folder = temporaryFolder();
  const study = { beta: [0.2], N: [20], seeds: 1, program: { fork: false }, training: { arrays: 'wrong' } };
  const db = join(folder, 'wrong.db');
  expect((await cosweep(runProgramArgs(writeProgramStudy(folder, study)), { db })).code).toBe(1);
  const [run] = await cosweepHere<{ error: string }[]>(['runs', 'latest'], { db });
  expect(run!.error).toMatch(/out\.jsonl line \d+: found the label 3 at 5, wanted whole numbers from 0 to 2/);
});
