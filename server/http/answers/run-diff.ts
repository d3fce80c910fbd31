import { readRun, type RunRecord } from '../../store/reading/read-run.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Arm } from '../../sweep/arm.ts';
import { effectiveSettings } from '../../sweep/effective.ts';
import { differencesOfLayers, layerInWords } from '../../sweep/layer-differences.ts';
import type { Layer } from '../../sweep/layers.ts';
import type { DiffRow, RunDiff } from '../schemas/run-diff.ts';

type Value = DiffRow['values'][number];

/** Two runs side by side. Both must be there. */
export async function readRunDiff(storage: Storage, first: number, second: number): Promise<RunDiff> {
  const runs = [(await readRun(storage, first))!, (await readRun(storage, second))!] as const;
  const sections = SECTIONS.map(({ title, read }) => ({ title, rows: toRows(runs.map(read) as [Facts, Facts]) }));
  const rows = sections.flatMap((section) => section.rows);
  return {
    runs: runs.map((run) => ({
      id: run.id,
      arm: run.sweeps.at(-1)?.armName ?? null,
      seed: run.seed,
      state: run.state,
      sweep: run.sweeps.at(-1)?.id ?? null,
    })),
    same: rows.filter(({ differs }) => !differs).length,
    sections,
  };
}

/** The layers of a network are compared one by one. */
type Facts = Record<string, Value | Layer[]>;

const SECTIONS: { title: string; read: (run: RunRecord) => Facts }[] = [
  { title: 'settings', read: ({ arm, seed }) => ({ seed, ...(arm === null ? {} : writtenSettings(arm)) }) },
  // What an arm was written with need not be in force: N of a run without the phase is none.
  { title: 'in force', read: ({ arm }) => (arm === null ? {} : flatten(effectiveSettings(arm))) },
  {
    title: 'data',
    read: ({ dataFingerprint, evaluated, classes }) => ({
      fingerprint: dataFingerprint,
      'validation images': evaluated?.val ?? null,
      'test images': evaluated?.test ?? null,
      classes: classes?.length ?? null,
    }),
  },
  {
    title: 'environment',
    read: ({ engine, device, bits, gitCommit, versions }) => ({
      engine,
      device,
      'signature of bits': bits,
      'git commit': gitCommit,
      ...versions,
    }),
  },
  {
    title: 'result',
    read: ({ state, error, batch, batches, divergedBatch, intraDead, durations, usage }) => ({
      state,
      error,
      batch,
      batches,
      'diverged at batch': divergedBatch,
      'truncated term dead': intraDead,
      'seconds of training': durations.training,
      'seconds of evaluation': durations.evaluation,
      'seconds of processor time': usage?.processor?.seconds ?? null,
      'most bytes of memory': usage?.processor?.peakMemory ?? null,
      'joules of the graphics card': usage?.energy?.joules ?? null,
    }),
  },
  {
    title: 'metrics',
    read: ({ metrics }) =>
      Object.fromEntries(
        Object.entries(metrics).flatMap(([name, { last, best }]): [string, Value][] => [
          [`last(${name})`, last],
          [`best(${name})`, best],
        ]),
      ),
  },
];

function writtenSettings({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): Facts {
  return flatten({ alpha, beta, gamma, epsilon, N, loss, training });
}

/** `{ loss: { s: 30 } }` → `{ 'loss.s': 30 }`; lists as JSON, but layers. */
function flatten(value: object, root = ''): Facts {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, Facts[string]][] => {
      const name = root === '' ? key : `${root}.${key}`;
      if (name.endsWith(LAYERS) && Array.isArray(inner)) return [[name, inner as Layer[]]];
      if (Array.isArray(inner)) return [[name, JSON.stringify(inner)]];
      if (typeof inner === 'object' && inner !== null) return Object.entries(flatten(inner, name));
      return [[name, inner as Value]];
    }),
  );
}

const LAYERS = 'model.layers';

function toRows([first, second]: [Facts, Facts]): DiffRow[] {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].flatMap((name): DiffRow[] => {
    const [a, b] = [first[name] ?? null, second[name] ?? null];
    const differing = Array.isArray(a) && Array.isArray(b) ? differencesOfLayers(a, b) : [];
    if (differing.length > 0)
      return differing.map(({ place, layers: [one, other] }) => ({
        name: `${name}${place}`,
        values: [layerInWords(one), layerInWords(other)],
        differs: true,
      }));
    const values: [Value, Value] = [toValue(a), toValue(b)];
    return [{ name, values, differs: values[0] !== values[1] }];
  });
}

function toValue(fact: Facts[string]): Value {
  return Array.isArray(fact) ? `${fact.length} layers` : fact;
}
