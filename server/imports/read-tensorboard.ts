import { createReadStream } from 'node:fs';
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
import { CurveBuilders } from './curve-builder.ts';
import { findFiles } from './find-files.ts';
import type { Names } from './names.ts';
import { PathPattern } from './path-pattern.ts';
import { type FolderPlace, placeFolders } from './place-folders.ts';
import type { Source, SourceCurve, SourceRun } from './source.ts';

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
  const folders = new Map<string, EventFolder>();
  for (const file of files) {
    const path = relative(folder, dirname(file)).split(sep).join('/');
    const events = folders.get(path) ?? new EventFolder();
    folders.set(path, events);
    problems.push(...(await readFile(file, folder, (event) => events.take(event))));
  }
  const runs = gather(folders, placeFolders(folders, paths), names);
  problems.push(...(paths === null ? withoutParameters(runs) : addPathParameters(runs, paths, names)));
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${folder}`, problems);
  return { runs, goals: {}, notes: [] };
}

async function readFile(file: string, folder: string, take: (event: TensorBoardEvent) => void): Promise<Problem[]> {
  try {
    for await (const record of decodeRecords(createReadStream(file))) take(decodeEvent(record));
    return [];
  } catch (error) {
    if (error instanceof BrokenRecord)
      return [{ path: relative(folder, file), message: `found that ${error.message}` }];
    if (error instanceof RangeError || (error instanceof Error && /wire type|index out of range/.test(error.message)))
      return [{ path: relative(folder, file), message: `found a record that is none of TensorBoard's` }];
    throw explainFileError(error, `read ${file}`);
  }
}

/** The runs that have values, each from all of its folders. */
function gather(
  folders: ReadonlyMap<string, EventFolder>,
  places: ReadonlyMap<string, FolderPlace>,
  names: Names,
): SourceRun[] {
  const runs = new Map<string, { folder: EventFolder; prefix: string }[]>();
  for (const [path, folder] of folders) {
    const { run, prefix } = places.get(path)!;
    runs.set(run, [...(runs.get(run) ?? []), { folder, prefix }]);
  }
  return [...runs].map(([path, parts]) => toRun(path, parts, names)).filter(({ curves }) => curves.size > 0);
}

function toRun(path: string, parts: readonly { folder: EventFolder; prefix: string }[], names: Names): SourceRun {
  const parameters = new Map<string, ParamValue>();
  const curves = new Map<string, SourceCurve>();
  for (const { folder, prefix } of parts) {
    for (const [theirs, value] of folder.parameters) {
      const name = names.of(theirs);
      if (name !== null) parameters.set(name, value);
    }
    for (const [tag, curve] of folder.curves.build('last')) {
      const name = names.of(prefix + tag);
      if (name !== null) curves.set(name, curve);
    }
  }
  const first = Math.min(...parts.map(({ folder }) => folder.first));
  const last = Math.max(...parts.map(({ folder }) => folder.last));
  return {
    place: path === '' ? 'the folder itself' : path,
    id: path,
    parameters: Object.fromEntries(parameters),
    curves,
    failure: parts.some(({ folder }) => folder.isFailed) ? 'TensorBoard has it as failed' : null,
    startedAt: Number.isFinite(first) ? Math.round(first * 1000) : null,
    seconds: last > first ? last - first : null,
  };
}

function addPathParameters(runs: readonly SourceRun[], paths: PathPattern, names: Names): Problem[] {
  const found = runs.map(({ id }) => paths.match(id!));
  const problems = runs.flatMap(({ place }, i) =>
    found[i] === null
      ? [{ path: place, message: `found a path that ${JSON.stringify(paths.text)} does not match` }]
      : [],
  );
  if (problems.length > 0) return problems;
  for (const theirs of paths.names) {
    const name = names.of(theirs);
    const values = toParameterValues(found.map((match) => match![theirs]!));
    if (name !== null) for (const [i, run] of runs.entries()) run.parameters[name] = values[i]!;
  }
  return [];
}

function withoutParameters(runs: readonly SourceRun[]): Problem[] {
  const nothing = runs.filter(({ parameters }) => Object.keys(parameters).length === 0);
  return nothing.map(({ place }) => ({
    path: place,
    message:
      'found no hyperparameters, wanted those of the HParams plugin (SummaryWriter.add_hparams), or a --pattern of ' +
      "the folders' names such as 'lr{lr}_seed{seed}'",
  }));
}

/** What the event files of one folder say, under TensorBoard's names. */
class EventFolder {
  readonly parameters = new Map<string, ParamValue>();
  readonly curves = new CurveBuilders();
  /** Seconds since 1970 of the first and of the last value. */
  first = Infinity;
  last = -Infinity;
  isFailed = false;

  get hasValues(): boolean {
    return this.curves.size > 0;
  }

  get hasParameters(): boolean {
    return this.parameters.size > 0;
  }

  take({ wallTime, step = 0, summary }: TensorBoardEvent): void {
    for (const value of summary?.value ?? []) {
      const { pluginData } = value.metadata ?? {};
      if (pluginData?.pluginName === HPARAMS_PLUGIN && pluginData.content)
        this.#takeParameters(decodePluginData(pluginData.content));
      else this.#takeValue(value.tag, step, toNumber(value), wallTime);
    }
  }

  #takeParameters({ sessionStartInfo, sessionEndInfo }: HParamsPluginData): void {
    if (sessionEndInfo?.status === SESSION_STATUS.failure) this.isFailed = true;
    for (const [name, value] of Object.entries(sessionStartInfo?.hparams ?? {}))
      this.parameters.set(name, toParameter(value));
  }

  #takeValue(tag: string, step: number, value: number | null, wallTime: number): void {
    if (value === null || !(step >= 0)) return;
    this.first = Math.min(this.first, wallTime);
    this.last = Math.max(this.last, wallTime);
    this.curves.add(tag, step, value);
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
