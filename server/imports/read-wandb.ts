import { readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import type { ParamValue } from '../sweep/arm.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { CurveBuilders } from './curve-builder.ts';
import { findFiles } from './find-files.ts';
import type { Names } from './names.ts';
import { parsePythonJson } from './python-json.ts';
import type { Source, SourceRun } from './source.ts';
import { BrokenLog, decodeWandb, type WandbItem, type WandbRecord } from './wandb-log.ts';

export const WANDB_FILE = /^run-.*\.wandb$/;

/**
 * Reads the folder that W&B writes beside a script, `wandb`: each of its `run-….wandb` files is a run, or a part of one
 * that was resumed, whether it was sent to W&B or not. `config` are its parameters, what it logged its curves.
 *
 * @param path the folder, or one such file
 */
export function readWandb(path: string, names: Names): Source {
  const files = WANDB_FILE.test(basename(path)) ? [path] : findFiles(path, WANDB_FILE);
  const folder = files[0] === path ? dirname(path) : path;
  const problems: Problem[] = [...names.problems];
  const runs = new Map<string, WandbRun>();
  for (const file of files) {
    const place = relative(folder, dirname(file)) || basename(file);
    try {
      const records = [...decodeWandb(readFileSync(file))];
      const id = records.find(({ run }) => run?.runId)?.run?.runId ?? place;
      if (!runs.has(id)) runs.set(id, new WandbRun(id, place, names));
      runs.get(id)!.take(records);
    } catch (error) {
      if (!(error instanceof BrokenLog)) throw error;
      problems.push({ path: relative(folder, file), message: `${error.message}, wanted a file that W&B wrote` });
    }
  }
  if (files.length === 0) problems.push({ path: '', message: 'found no run-….wandb file, wanted the folder wandb' });
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${path}`, problems);
  return { runs: [...runs.values()].map((run) => run.build()), goals: {}, notes: [] };
}

/** A run, from the files of all its sessions in the order of their time. */
class WandbRun {
  readonly #id: string;
  readonly #place: string;
  readonly #names: Names;
  readonly #parameters = new Map<string, ParamValue>();
  readonly #curves = new CurveBuilders();
  #exit: WandbRecord['exit'] | null = null;
  #startedAt: number | null = null;
  #seconds = 0;

  constructor(id: string, place: string, names: Names) {
    this.#id = id;
    this.#place = place;
    this.#names = names;
  }

  take(records: readonly WandbRecord[]): void {
    this.#exit = null;
    for (const { run, config, history, exit } of records) {
      if (run?.startTime?.seconds) this.#startedAt ??= run.startTime.seconds * 1000;
      for (const part of [run?.config, config]) {
        for (const item of part?.update ?? []) addSetting(item, this.#names, this.#parameters);
        for (const item of part?.remove ?? []) this.#parameters.delete(keyOf(item, '.'));
      }
      if (history) addValues(history, this.#names, this.#curves);
      if (exit) this.#exit = exit;
    }
    this.#seconds += this.#exit?.runtime ?? 0;
  }

  build(): SourceRun {
    return {
      place: this.#place,
      id: this.#id,
      parameters: Object.fromEntries(this.#parameters),
      curves: this.#curves.build('last'),
      failure: failureOf(this.#exit),
      startedAt: this.#startedAt,
      seconds: this.#seconds > 0 ? this.#seconds : null,
    };
  }
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

function addValues({ item = [], step }: NonNullable<WandbRecord['history']>, names: Names, curves: CurveBuilders) {
  const steps = item.find((each) => keyOf(each, '/') === '_step');
  const batch = Number(step?.num ?? (steps === undefined ? NaN : valueOf(steps)));
  if (!Number.isSafeInteger(batch) || batch < 0) return;
  for (const each of item) {
    const key = keyOf(each, '/');
    const name = key.startsWith('_') ? null : names.of(key);
    const value = name === null ? null : valueOf(each);
    if (name === null || (typeof value !== 'number' && !NOT_FINITE.includes(String(value)))) continue;
    curves.add(name, batch, typeof value === 'number' ? value : NaN);
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
  return typed ?? (json === undefined ? null : parsePythonJson(json));
}
