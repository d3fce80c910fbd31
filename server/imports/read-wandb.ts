import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import type { ParamValue } from '../sweep/arm.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { CurveBuilder } from './curve-builder.ts';
import { findFiles } from './find-files.ts';
import type { Names } from './names.ts';
import type { Source, SourceRun } from './source.ts';
import { BrokenLog, decodeWandb, type WandbItem, type WandbRecord } from './wandb-log.ts';

export const WANDB_FILE = /^run-.*\.wandb$/;

/**
 * Reads the folder that W&B writes beside a script, `wandb`: each of its `run-….wandb` files is a run, whether it was
 * sent to W&B or not. What follows `config.` of a run are its parameters, what it logged its curves.
 */
export function readWandb(folder: string, names: Names): Source {
  const files = findFiles(folder, WANDB_FILE);
  const hash = createHash('sha256');
  const problems: Problem[] = [...names.problems];
  const runs: SourceRun[] = [];
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(bytes);
    const place = relative(folder, dirname(file)) || basename(file);
    try {
      runs.push(readRun(decodeWandb(bytes), place, names));
    } catch (error) {
      if (!(error instanceof BrokenLog)) throw error;
      problems.push({ path: relative(folder, file), message: `${error.message}, wanted a file that W&B wrote` });
    }
  }
  if (files.length === 0) problems.push({ path: '', message: 'found no run-….wandb file, wanted the folder wandb' });
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${folder}`, problems);
  return { runs, hash: hash.digest('hex'), goals: {}, notes: [] };
}

function readRun(records: Iterable<WandbRecord>, place: string, names: Names): SourceRun {
  const parameters = new Map<string, ParamValue>();
  const curves = new Map<string, CurveBuilder>();
  let exit: WandbRecord['exit'] | null = null;
  let startedAt: number | null = null;
  for (const { run, config, history, exit: ended } of records) {
    if (run?.startTime?.seconds) startedAt ??= run.startTime.seconds * 1000;
    for (const item of [...(run?.config?.update ?? []), ...(config?.update ?? [])]) addSetting(item, names, parameters);
    if (history) addValues(history, names, curves);
    if (ended) exit = ended;
  }
  const seconds = exit?.runtime ?? null;
  return {
    place,
    parameters: Object.fromEntries(parameters),
    curves: new Map([...curves].map(([metric, curve]) => [metric, curve.build(metric, 'last')])),
    failure: failureOf(exit),
    startedAt,
    seconds,
  };
}

function failureOf(exit: WandbRecord['exit'] | null): string | null {
  if (exit === null) return 'W&B has no end of it: it was killed, or is still at work';
  const { exitCode = 0 } = exit!;
  return exitCode === 0 ? null : `It ended with exit code ${exitCode}`;
}

/** W&B's own keys begin with an underscore. */
function addSetting(item: WandbItem, names: Names, parameters: Map<string, ParamValue>): void {
  const key = keyOf(item, '.');
  if (key.startsWith('_')) return;
  for (const [name, value] of flat(key, valueOf(item))) {
    const known = names.of(name);
    if (known !== null) parameters.set(known, value);
  }
}

/** Nested settings with dots; lists and what else is no single value as JSON. */
function flat(name: string, value: unknown): [string, ParamValue][] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [[name, value]];
  if (typeof value === 'number') return [[name, Number.isFinite(value) ? value : String(value)]];
  if (Array.isArray(value) || typeof value !== 'object') return [[name, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flat(`${name}.${key}`, inner));
}

function addValues(
  { item = [], step }: NonNullable<WandbRecord['history']>,
  names: Names,
  curves: Map<string, CurveBuilder>,
) {
  const steps = item.find((each) => keyOf(each, '/') === '_step');
  const batch = Number(step?.num ?? (steps === undefined ? NaN : valueOf(steps)));
  if (!Number.isSafeInteger(batch) || batch < 0) return;
  for (const each of item) {
    const key = keyOf(each, '/');
    const name = key.startsWith('_') ? null : names.of(key);
    const value = name === null ? null : valueOf(each);
    if (name === null || (typeof value !== 'number' && !NOT_FINITE.includes(String(value)))) continue;
    let curve = curves.get(name);
    if (curve === undefined) curves.set(name, (curve = new CurveBuilder()));
    curve.add(batch, typeof value === 'number' ? value : NaN);
  }
}

/** W&B writes numbers that are none as texts. */
const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'];

function keyOf({ key, nestedKey = [] }: WandbItem, between: string): string {
  return key !== undefined && key !== '' ? key : nestedKey.join(between);
}

function valueOf(item: WandbItem): unknown {
  const { boolean, integer, number, text, json = item.valueJson } = item;
  const typed = boolean ?? integer ?? number ?? text;
  if (typed !== undefined || json === undefined) return typed ?? null;
  try {
    // Python writes NaN and Infinity as they are.
    return JSON.parse(json.replace(/^(-?Infinity|NaN)$/, '"$1"'));
  } catch {
    return null;
  }
}
