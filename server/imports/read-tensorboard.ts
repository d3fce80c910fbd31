import { createHash, type Hash } from 'node:crypto';
import { dirname, relative, sep } from 'node:path';
import type { ParamValue } from '../sweep/arm.ts';
import { explainFileError } from '../sweep/file-error.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import {
  decodeEvent,
  decodePluginData,
  HPARAMS_PLUGIN,
  type HParamsPluginData,
  type ProtoValue,
  SESSION_STATUS,
  type SummaryValue,
  TENSOR_TYPES,
  type Tensor,
  type TensorBoardEvent,
} from '../tensorboard/event-proto.ts';
import { BrokenRecord, decodeRecords } from '../tensorboard/tfrecord.ts';
import { toParameterValues } from './cells.ts';
import { CurveBuilder } from './curve-builder.ts';
import { findFiles } from './find-files.ts';
import type { Names } from './names.ts';
import { readHashed } from './read-hashed.ts';
import { PathPattern } from './path-pattern.ts';
import { placeFolders } from './place-folders.ts';
import type { Source, SourceRun } from './source.ts';

export const EVENT_FILE = /\.tfevents\./;

/**
 * Reads a folder of TensorBoard's event files. Parameters are those that the HParams plugin recorded, and those that a
 * pattern finds in the path of a run.
 *
 * @param pattern `lr{lr}/seed{seed}`: the path of a run below the folder; null: no parameters are in paths
 * @throws DefinitionError with every file that is damaged and every run without parameters
 */
export async function readTensorBoard(folder: string, names: Names, pattern: string | null): Promise<Source> {
  const files = findFiles(folder, EVENT_FILE);
  const paths = pattern === null ? null : new PathPattern(pattern);
  const problems: Problem[] = [...names.problems, ...(paths?.problems ?? [])];
  if (files.length === 0) problems.push({ path: '', message: 'found no event file, wanted events.out.tfevents.…' });
  const folders = files.map((file) => relative(folder, dirname(file)).split(sep).join('/'));
  const places = placeFolders([...new Set(folders)], paths);
  const hash = createHash('sha256');
  const runs = new Map<string, OpenRun>();
  for (const [i, file] of files.entries()) {
    const { run: place, prefix } = places.get(folders[i]!)!;
    if (!runs.has(place)) runs.set(place, new OpenRun(place, names));
    problems.push(...(await readFile(file, folder, hash, (event) => runs.get(place)!.take(event, prefix))));
  }
  const found = [...runs.values()].filter(({ hasValues }) => hasValues);
  problems.push(...(paths === null ? withoutParameters(found) : addPathParameters(found, paths, names)));
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${folder}`, problems);
  return { runs: found.map((run) => run.build()), hash: hash.digest('hex'), goals: {}, notes: [] };
}

async function readFile(
  file: string,
  folder: string,
  hash: Hash,
  take: (event: TensorBoardEvent) => void,
): Promise<Problem[]> {
  try {
    for await (const record of decodeRecords(readHashed(file, hash))) take(decodeEvent(record));
    return [];
  } catch (error) {
    if (error instanceof BrokenRecord)
      return [{ path: relative(folder, file), message: `found that ${error.message}` }];
    if (error instanceof RangeError || (error instanceof Error && /wire type|index out of range/.test(error.message)))
      return [{ path: relative(folder, file), message: `found a record that is none of TensorBoard's` }];
    throw explainFileError(error, `read ${file}`);
  }
}

function addPathParameters(runs: readonly OpenRun[], paths: PathPattern, names: Names): Problem[] {
  const found = runs.map(({ place }) => paths.match(place));
  const problems = runs.flatMap(({ place }, i) =>
    found[i] === null
      ? [{ path: place, message: `found a path that ${JSON.stringify(paths.text)} does not match` }]
      : [],
  );
  if (problems.length > 0) return problems;
  for (const theirs of paths.names) {
    const name = names.of(theirs);
    const values = toParameterValues(found.map((match) => match![theirs]!));
    if (name !== null) for (const [i, run] of runs.entries()) run.parameters.set(name, values[i]!);
  }
  return [];
}

function withoutParameters(runs: readonly OpenRun[]): Problem[] {
  const nothing = runs.filter(({ parameters }) => parameters.size === 0);
  return nothing.map(({ place }) => ({
    path: place === '' ? 'the folder itself' : place,
    message:
      'found no hyperparameters, wanted those of the HParams plugin (SummaryWriter.add_hparams), or a --pattern of ' +
      "the folders' names such as 'lr{lr}_seed{seed}'",
  }));
}

/** What one run's event files say. */
class OpenRun {
  readonly place: string;
  readonly parameters = new Map<string, ParamValue>();
  readonly #names: Names;
  readonly #curves = new Map<string, CurveBuilder>();
  #first = Infinity;
  #last = -Infinity;
  #failed = false;

  constructor(place: string, names: Names) {
    this.place = place;
    this.#names = names;
  }

  get hasValues(): boolean {
    return this.#curves.size > 0;
  }

  take({ wallTime, step = 0, summary }: TensorBoardEvent, prefix: string): void {
    for (const value of summary?.value ?? []) {
      const { pluginData } = value.metadata ?? {};
      if (pluginData?.pluginName === HPARAMS_PLUGIN && pluginData.content)
        this.#takeParameters(decodePluginData(pluginData.content));
      else this.#takeValue(prefix + value.tag, step, toNumber(value), wallTime);
    }
  }

  build(): SourceRun {
    return {
      place: this.place === '' ? 'the folder itself' : this.place,
      parameters: Object.fromEntries(this.parameters),
      curves: new Map([...this.#curves].map(([metric, curve]) => [metric, curve.build(metric, 'last')])),
      failure: this.#failed ? 'TensorBoard has it as failed' : null,
      startedAt: this.#first === Infinity ? null : Math.round(this.#first * 1000),
      seconds: this.#last > this.#first ? this.#last - this.#first : null,
    };
  }

  #takeParameters({ sessionStartInfo, sessionEndInfo }: HParamsPluginData): void {
    if (sessionEndInfo?.status === SESSION_STATUS.failure) this.#failed = true;
    for (const [theirs, value] of Object.entries(sessionStartInfo?.hparams ?? {})) {
      const name = this.#names.of(theirs);
      if (name !== null) this.parameters.set(name, toParameter(value));
    }
  }

  #takeValue(tag: string, step: number, value: number | null, wallTime: number): void {
    const name = this.#names.of(tag);
    if (name === null || value === null || !(step >= 0)) return;
    this.#first = Math.min(this.#first, wallTime);
    this.#last = Math.max(this.#last, wallTime);
    let curve = this.#curves.get(name);
    if (curve === undefined) this.#curves.set(name, (curve = new CurveBuilder()));
    curve.add(step, value);
  }
}

function toParameter(value: ProtoValue): ParamValue {
  return value.numberValue ?? value.stringValue ?? value.boolValue ?? null;
}

/** null for pictures, histograms and what else is no scalar. */
function toNumber({ simpleValue, tensor, metadata }: SummaryValue): number | null {
  if (simpleValue !== undefined) return simpleValue;
  const isScalar = metadata?.pluginData === undefined || metadata.pluginData.pluginName === 'scalars';
  return tensor === undefined || !isScalar ? null : scalarOf(tensor);
}

function scalarOf({ dtype, tensorShape, tensorContent, floatVal, doubleVal }: Tensor): number | null {
  if ((tensorShape?.dim ?? []).some(({ size }) => size !== 1)) return null;
  const listed = floatVal?.[0] ?? doubleVal?.[0];
  if (listed !== undefined || tensorContent === undefined) return listed ?? null;
  const view = new DataView(tensorContent.buffer, tensorContent.byteOffset, tensorContent.byteLength);
  if (dtype === TENSOR_TYPES.float && view.byteLength === 4) return view.getFloat32(0, true);
  return dtype === TENSOR_TYPES.double && view.byteLength === 8 ? view.getFloat64(0, true) : null;
}
