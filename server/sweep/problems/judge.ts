import type { ParamValue } from '../arm.ts';
import type { NUnit } from '../space/definition.ts';
import { problemsOf } from '../schema/issues.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import { isLossParameter } from '../parameter-names.ts';
import { toFound, toPath } from '../problem.ts';
import { assignSettings, type Sections } from './settings-assignment.ts';
import { trainingSchema } from '../schema/training-schema.ts';

/**
 * Says what is wrong with a value of a parameter. `below` is the path that leads on from the value; it is empty where
 * the value itself is wrong.
 */
export type Judge = (name: string, value: ParamValue) => { below: string; message: string }[];

/** @param sections settings of the definition, among which a value of a swept setting is judged */
export function makeJudge(sections: Sections, unit: NUnit): Judge {
  return (name, value) =>
    isLossParameter(name) ? judgeNumber(name, unit, value) : judgeSetting(sections, name, value);
}

const N_RULES: Record<NUnit, { wanted: string; ok: (value: number) => boolean }> = {
  batches: {
    wanted: 'a whole number of batches ≥ 0 (for another unit say "unit": "fraction" or "epoch")',
    ok: (value) => Number.isSafeInteger(value) && value >= 0,
  },
  fraction: { wanted: 'a fraction of the run from 0 to 1', ok: (value) => value >= 0 && value <= 1 },
  epoch: { wanted: 'a finite number of epochs ≥ 0', ok: (value) => value >= 0 && Number.isFinite(value) },
};

function judgeNumber(name: string, unit: NUnit, value: ParamValue): { below: string; message: string }[] {
  const rule =
    name === 'N' ? N_RULES[unit] : { wanted: 'a finite number ≥ 0', ok: (n: number) => n >= 0 && Number.isFinite(n) };
  return typeof value === 'number' && rule.ok(value)
    ? []
    : [{ below: '', message: `found ${toFound(value)}, wanted ${rule.wanted}` }];
}

function judgeSetting(sections: Sections, name: string, value: ParamValue): { below: string; message: string }[] {
  const root = name.split('.')[0] as 'loss' | 'training';
  const assigned = assignSettings(sections, [[name, value]]);
  const path = toPath(name.split('.'));
  return problemsOf(root === 'loss' ? lossSchema : trainingSchema, assigned[root], [root])
    .filter((problem) => isBelow(problem.path, path))
    .map((problem) => ({ below: problem.path.slice(path.length), message: problem.message }));
}

/** True where `path` is `root` or leads on from it. */
export function isBelow(path: string, root: string): boolean {
  return path.startsWith(root) && /^($|[.[])/.test(path.slice(root.length));
}
