import type { ListedRun } from '../../store/reading/list-runs.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import type { ParamValue } from '../../sweep/arm.ts';
import type { RunState } from '../../sweep/results.ts';
import {
  DATA_CLASSES,
  encodePluginData,
  HPARAM_TYPES,
  HPARAMS_PLUGIN,
  HPARAMS_TAGS,
  SESSION_STATUS,
  TENSOR_TYPES,
  type HParamsPluginData,
  type ProtoValue,
  type TensorBoardEvent,
} from '../../tensorboard/event-proto.ts';

/** What the values of a hyperparameter are, by its name. TensorBoard wants one type for all sessions. */
export type HParamTypes = ReadonlyMap<string, { type: number; values: NonNullable<ParamValue>[] }>;

export function hparamTypes(runs: readonly ListedRun[]): HParamTypes {
  const params = runs.map(hparamsOf);
  const names = new Set(params.flatMap((each) => Object.keys(each)));
  return new Map(
    [...names].map((name) => {
      const values = [...new Set(params.map((each) => each[name] ?? null))].filter((value) => value !== null);
      return [name, { type: typeOf(values), values }];
    }),
  );
}

function typeOf(values: readonly ParamValue[]): number {
  if (values.every((value) => typeof value === 'number')) return HPARAM_TYPES.float64;
  return values.every((value) => typeof value === 'boolean') ? HPARAM_TYPES.bool : HPARAM_TYPES.string;
}

/** The columns of the HParams tab: every hyperparameter and metric that a run may have. */
export function experimentEvent(
  sweep: Pick<SweepRecord, 'name' | 'description' | 'createdAt'>,
  types: HParamTypes,
  metrics: readonly string[],
): TensorBoardEvent {
  const seconds = sweep.createdAt.getTime() / 1000;
  return toEvent(HPARAMS_TAGS.experiment, seconds, {
    experiment: {
      name: sweep.name,
      description: sweep.description ?? '',
      timeCreatedSecs: seconds,
      hparamInfos: [...types].map(([name, { type, values }]) => ({
        name,
        type,
        // A range of numbers is TensorBoard's to find.
        ...(type === HPARAM_TYPES.float64
          ? {}
          : { domainDiscrete: { values: values.map((value) => toProto(value, type)) } }),
      })),
      metricInfos: metrics.map((tag) => ({ name: { tag }, datasetType: datasetOf(tag) })),
    },
  });
}

/** A run is a session. The seeds of an arm are one group, of which TensorBoard shows the mean. */
export function sessionStartEvent(run: ListedRun, types: HParamTypes, time: number): TensorBoardEvent {
  const hparams = Object.entries(hparamsOf(run)).flatMap(([name, value]) =>
    value === null ? [] : [[name, toProto(value, types.get(name)!.type)] as const],
  );
  return toEvent(HPARAMS_TAGS.sessionStart, time / 1000, {
    sessionStartInfo: {
      hparams: Object.fromEntries(hparams),
      groupName: `${run.arm} ${run.armName}`,
      startTimeSecs: time / 1000,
    },
  });
}

export function sessionEndEvent(run: ListedRun, time: number): TensorBoardEvent {
  return toEvent(HPARAMS_TAGS.sessionEnd, time / 1000, {
    sessionEndInfo: { status: STATUS[run.state], endTimeSecs: time / 1000 },
  });
}

const STATUS: Record<RunState, number> = {
  waiting: SESSION_STATUS.unknown,
  running: SESSION_STATUS.running,
  complete: SESSION_STATUS.success,
  failed: SESSION_STATUS.failure,
  diverged: SESSION_STATUS.failure,
  cancelled: SESSION_STATUS.failure,
};

/** The name of the arm is one of them, since the tab shows no name of a group. */
function hparamsOf({ armName, params }: ListedRun): Record<string, ParamValue> {
  return { arm: armName, ...params };
}

function toProto(value: NonNullable<ParamValue>, type: number): ProtoValue {
  if (type === HPARAM_TYPES.string) return { stringValue: String(value) };
  return typeof value === 'number' ? { numberValue: value } : { boolValue: value === true };
}

/** TensorBoard's number for training or validation; it has none for tests. */
function datasetOf(metric: string): number {
  return metric.startsWith('train/') ? 1 : metric.startsWith('val/') ? 2 : 0;
}

/** The plugin reads the metadata alone, and the value is an empty tensor. */
function toEvent(tag: string, wallTime: number, data: HParamsPluginData): TensorBoardEvent {
  const metadata = {
    pluginData: { pluginName: HPARAMS_PLUGIN, content: encodePluginData({ version: 0, ...data }) },
    dataClass: DATA_CLASSES.tensor,
  };
  const tensor = { dtype: TENSOR_TYPES.float, tensorShape: { dim: [{ size: 0 }] } };
  return { wallTime, summary: { value: [{ tag, metadata, tensor }] } };
}
