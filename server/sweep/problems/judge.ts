import { z } from 'zod';
import type { ParamValue } from '../arm.ts';
import type { NUnit } from '../space/definition.ts';
import { problemsOf, UNKNOWN_KEY, unknownKey } from '../schema/issues.ts';
import { datasetNameSchema } from '../schema/dataset-schema.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import { isLossParameter } from '../parameter-names.ts';
import { toFound } from '../problem.ts';
import type { Sections } from './settings-assignment.ts';
import { trainingSchema } from '../schema/training-schema.ts';
import { isObject } from './written-parameter.ts';

/**
 * Says what is wrong with a value of a parameter. `below` is the path that leads on from the value; it is empty where
 * the value itself is wrong.
 */
export type Judge = (name: string, value: ParamValue) => { below: string; message: string }[];

/** @param sections settings of the definition, among which a value of a swept setting is judged */
export function makeJudge(sections: Sections, unit: NUnit): Judge {
  const settings = new Map<string, z.ZodType | string>();
  return (name, value) => {
    if (isLossParameter(name)) return judgeNumber(name, unit, value);
    let setting = settings.get(name);
    if (setting === undefined) settings.set(name, (setting = schemaOf(name, sections)));
    if (typeof setting === 'string') return [{ below: '', message: setting }];
    return problemsOf(setting, value, ['value']).map(({ path, message }) => ({
      below: path.slice('value'.length),
      message,
    }));
  };
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

/** The schema of a setting by its dotted name, or what is wrong with the name. */
function schemaOf(name: string, sections: Sections): z.ZodType | string {
  if (name === 'training.dataset.name') return datasetNameSchema;
  const [root, ...path] = name.split('.') as ['loss' | 'training', ...string[]];
  let schema: z.ZodType = root === 'loss' ? lossSchema : trainingSchema;
  let written: unknown = sections[root];
  for (const key of path) {
    const object = objectIn(schema, written);
    if (object === null) return `${UNKNOWN_KEY}, wanted no key below a single value`;
    if (!Object.hasOwn(object.shape, key)) return unknownKey(key, Object.keys(object.shape));
    schema = object.shape[key] as z.ZodType;
    written = isObject(written) && Object.hasOwn(written, key) ? written[key] : undefined;
  }
  return schema;
}

/** The object that a schema describes, whatever defaults it has; of several, the one whose name is written. */
function objectIn(schema: z.ZodType, written: unknown): z.ZodObject | null {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options as z.ZodObject[];
    const name = isObject(written) ? written.name : undefined;
    return options.find(({ shape }) => (shape.name as z.ZodType).safeParse(name).success) ?? options[0]!;
  }
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault)
    return objectIn(schema.unwrap() as z.ZodType, written);
  return null;
}

/** True where `path` is `root` or leads on from it. */
export function isBelow(path: string, root: string): boolean {
  return path.startsWith(root) && /^($|[.[])/.test(path.slice(root.length));
}
