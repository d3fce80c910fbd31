import protobuf from 'protobufjs';

/** One record of an event file: TensorBoard's message Event, as far as scalars and the HParams plugin need it. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  wallTime: number;
  step?: number;
  /** `brain.Event:2`, in the first event of a file and in no other. */
  fileVersion?: string;
  summary?: { value: SummaryValue[] };
}

export interface SummaryValue {
  tag: string;
  metadata?: SummaryMetadata;
  /** A float32, as TensorFlow 1 and PyTorch write scalars. */
  simpleValue?: number;
  /** As TensorFlow 2 writes scalars. Values of the HParams plugin have an empty one. */
  tensor?: Tensor;
}

export interface SummaryMetadata {
  pluginData?: { pluginName: string; content?: Uint8Array };
  displayName?: string;
  summaryDescription?: string;
  dataClass?: number;
}

/** The values are in one of the fields: as the machine holds them in `tensorContent`, else by their type. */
export interface Tensor {
  /** See `TENSOR_TYPES`. */
  dtype: number;
  tensorShape?: { dim?: { size: number }[] };
  tensorContent?: Uint8Array;
  floatVal?: number[];
  doubleVal?: number[];
  intVal?: number[];
  stringVal?: Uint8Array[];
  int64Val?: number[];
}

/** Numbers of TensorFlow's DataType. */
export const TENSOR_TYPES = { float: 1, double: 2, int32: 3, string: 7, int64: 9 } as const;

/** Numbers of TensorBoard's DataClass. */
export const DATA_CLASSES = { scalar: 1, tensor: 2, blobSequence: 3 } as const;

/** What the HParams plugin keeps in `pluginData.content`, by the tag of its value. */
export interface HParamsPluginData {
  /** Always 0. */
  version?: number;
  experiment?: HParamsExperiment;
  sessionStartInfo?: HParamsSessionStart;
  sessionEndInfo?: HParamsSessionEnd;
}

export const HPARAMS_PLUGIN = 'hparams';
export const HPARAMS_TAGS = {
  experiment: '_hparams_/experiment',
  sessionStart: '_hparams_/session_start_info',
  sessionEnd: '_hparams_/session_end_info',
} as const;

/** Once for all runs of a folder: which hyperparameters and metrics they have. */
export interface HParamsExperiment {
  name?: string;
  description?: string;
  user?: string;
  timeCreatedSecs?: number;
  hparamInfos?: {
    name: string;
    displayName?: string;
    description?: string;
    /** See `HPARAM_TYPES`. */
    type: number;
    domainDiscrete?: { values: ProtoValue[] };
    domainInterval?: { minValue: number; maxValue: number };
  }[];
  metricInfos?: {
    name: { group?: string; tag: string };
    displayName?: string;
    description?: string;
    datasetType?: number;
  }[];
}

export interface HParamsSessionStart {
  hparams?: Record<string, ProtoValue>;
  modelUri?: string;
  monitorUrl?: string;
  groupName?: string;
  startTimeSecs?: number;
}

export interface HParamsSessionEnd {
  /** See `SESSION_STATUS`. */
  status?: number;
  endTimeSecs?: number;
}

export const HPARAM_TYPES = { string: 1, bool: 2, float64: 3 } as const;
export const SESSION_STATUS = { unknown: 0, success: 1, failure: 2, running: 3 } as const;

/** The message google.protobuf.Value, of which one field is set. */
export interface ProtoValue {
  nullValue?: 0;
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
  structValue?: { fields?: Record<string, ProtoValue> };
  listValue?: { values?: ProtoValue[] };
}

/**
 * Field numbers are those of tensorboard/compat/proto and tensorboard/plugins/hparams. Fields that stand there and not
 * here are passed over.
 */
const format = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
      },
    },
    Summary: { fields: { value: { rule: 'repeated', type: 'SummaryValue', id: 1 } } },
    SummaryValue: {
      oneofs: { value: { oneof: ['simpleValue', 'tensor'] } },
      fields: {
        tag: { type: 'string', id: 1 },
        simpleValue: { type: 'float', id: 2 },
        tensor: { type: 'TensorProto', id: 8 },
        metadata: { type: 'SummaryMetadata', id: 9 },
      },
    },
    SummaryMetadata: {
      fields: {
        pluginData: { type: 'PluginData', id: 1 },
        displayName: { type: 'string', id: 2 },
        summaryDescription: { type: 'string', id: 3 },
        dataClass: { type: 'int32', id: 4 },
      },
    },
    PluginData: { fields: { pluginName: { type: 'string', id: 1 }, content: { type: 'bytes', id: 2 } } },
    TensorProto: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShapeProto', id: 2 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        doubleVal: { rule: 'repeated', type: 'double', id: 6, options: { packed: true } },
        intVal: { rule: 'repeated', type: 'int32', id: 7, options: { packed: true } },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
        int64Val: { rule: 'repeated', type: 'int64', id: 10, options: { packed: true } },
      },
    },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } } },
    Dim: { fields: { size: { type: 'int64', id: 1 } } },
    HParamsPluginData: {
      oneofs: { data: { oneof: ['experiment', 'sessionStartInfo', 'sessionEndInfo'] } },
      fields: {
        version: { type: 'int32', id: 1 },
        experiment: { type: 'Experiment', id: 2 },
        sessionStartInfo: { type: 'SessionStartInfo', id: 3 },
        sessionEndInfo: { type: 'SessionEndInfo', id: 4 },
      },
    },
    Experiment: {
      fields: {
        description: { type: 'string', id: 1 },
        user: { type: 'string', id: 2 },
        timeCreatedSecs: { type: 'double', id: 3 },
        hparamInfos: { rule: 'repeated', type: 'HParamInfo', id: 4 },
        metricInfos: { rule: 'repeated', type: 'MetricInfo', id: 5 },
        name: { type: 'string', id: 6 },
      },
    },
    HParamInfo: {
      oneofs: { domain: { oneof: ['domainDiscrete', 'domainInterval'] } },
      fields: {
        name: { type: 'string', id: 1 },
        displayName: { type: 'string', id: 2 },
        description: { type: 'string', id: 3 },
        type: { type: 'int32', id: 4 },
        domainDiscrete: { type: 'ListValue', id: 5 },
        domainInterval: { type: 'Interval', id: 6 },
      },
    },
    Interval: { fields: { minValue: { type: 'double', id: 1 }, maxValue: { type: 'double', id: 2 } } },
    MetricInfo: {
      fields: {
        name: { type: 'MetricName', id: 1 },
        displayName: { type: 'string', id: 3 },
        description: { type: 'string', id: 4 },
        datasetType: { type: 'int32', id: 5 },
      },
    },
    MetricName: { fields: { group: { type: 'string', id: 1 }, tag: { type: 'string', id: 2 } } },
    SessionStartInfo: {
      fields: {
        hparams: { keyType: 'string', type: 'Value', id: 1 } as protobuf.IMapField,
        modelUri: { type: 'string', id: 2 },
        monitorUrl: { type: 'string', id: 3 },
        groupName: { type: 'string', id: 4 },
        startTimeSecs: { type: 'double', id: 5 },
      },
    },
    SessionEndInfo: { fields: { status: { type: 'int32', id: 1 }, endTimeSecs: { type: 'double', id: 2 } } },
    Value: {
      oneofs: {
        kind: { oneof: ['nullValue', 'numberValue', 'stringValue', 'boolValue', 'structValue', 'listValue'] },
      },
      fields: {
        nullValue: { type: 'int32', id: 1 },
        numberValue: { type: 'double', id: 2 },
        stringValue: { type: 'string', id: 3 },
        boolValue: { type: 'bool', id: 4 },
        structValue: { type: 'Struct', id: 5 },
        listValue: { type: 'ListValue', id: 6 },
      },
    },
    Struct: { fields: { fields: { keyType: 'string', type: 'Value', id: 1 } as protobuf.IMapField } },
    ListValue: { fields: { values: { rule: 'repeated', type: 'Value', id: 1 } } },
  },
});

const Event = format.lookupType('Event');
const PluginData = format.lookupType('HParamsPluginData');

/** Integers of 64 bits become numbers: steps and sizes stay far below 2 ** 53. */
const PLAIN = { longs: Number } as const;

export function encodeEvent(event: TensorBoardEvent): Uint8Array {
  return Event.encode(event).finish();
}

/** Fields that are not in the bytes are not in the event, except `wallTime`. Throws where the bytes are no event. */
export function decodeEvent(bytes: Uint8Array): TensorBoardEvent {
  return { wallTime: 0, ...Event.toObject(Event.decode(bytes), PLAIN) };
}

export function encodePluginData(data: HParamsPluginData): Uint8Array {
  return PluginData.encode(data).finish();
}

export function decodePluginData(bytes: Uint8Array): HParamsPluginData {
  return PluginData.toObject(PluginData.decode(bytes), PLAIN);
}
