import protobuf from 'protobufjs';

/** A value of an operation's attribute: one member of TensorFlow's message AttrValue. */
export type Attribute =
  | { s: Uint8Array }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: Shape }
  | { tensor: ConstantTensor }
  | { list: { i: number[] } | { f: number[] } | { b: boolean[] } };

/** One operation of a graph: TensorFlow's message NodeDef. */
export interface GraphNode {
  name: string;
  op: string;
  /** `node:index` */
  input: string[];
  attr: Record<string, Attribute>;
}

export interface ConstantTensor {
  dtype: number;
  tensorShape: Shape;
  /**
   * The values as the machine holds them. A tensor full of one value states that value in one of the fields below
   * instead.
   */
  tensorContent?: Uint8Array;
  floatVal?: number[];
  intVal?: number[];
  boolVal?: boolean[];
}

interface Shape {
  dim: { size: number }[];
}

export const TAG = 'train';

/** A graph of the format version that TensorFlow 2.9 writes; later versions read it. */
const PRODUCER = 1087;

/**
 * The part of TensorFlow's SavedModel format that a graph without variables needs. Field numbers are those of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/*.proto.
 */
const format = protobuf.Root.fromJSON({
  nested: {
    SavedModel: {
      fields: {
        savedModelSchemaVersion: { type: 'int64', id: 1 },
        metaGraphs: { rule: 'repeated', type: 'MetaGraphDef', id: 2 },
      },
    },
    MetaGraphDef: { fields: { metaInfoDef: { type: 'MetaInfoDef', id: 1 }, graphDef: { type: 'GraphDef', id: 2 } } },
    MetaInfoDef: { fields: { tags: { rule: 'repeated', type: 'string', id: 4 } } },
    GraphDef: {
      fields: { node: { rule: 'repeated', type: 'NodeDef', id: 1 }, versions: { type: 'VersionDef', id: 4 } },
    },
    VersionDef: { fields: { producer: { type: 'int32', id: 1 }, minConsumer: { type: 'int32', id: 2 } } },
    NodeDef: {
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        attr: { keyType: 'string', type: 'AttrValue', id: 5 } as protobuf.IMapField,
      },
    },
    AttrValue: {
      oneofs: { value: { oneof: ['s', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'list'] } },
      fields: {
        list: { type: 'ListValue', id: 1 },
        s: { type: 'bytes', id: 2 },
        i: { type: 'int64', id: 3 },
        f: { type: 'float', id: 4 },
        b: { type: 'bool', id: 5 },
        type: { type: 'int32', id: 6 },
        shape: { type: 'TensorShapeProto', id: 7 },
        tensor: { type: 'TensorProto', id: 8 },
      },
    },
    ListValue: {
      fields: {
        i: { rule: 'repeated', type: 'int64', id: 3, options: { packed: true } },
        f: { rule: 'repeated', type: 'float', id: 4, options: { packed: true } },
        b: { rule: 'repeated', type: 'bool', id: 5, options: { packed: true } },
      },
    },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } } },
    Dim: { fields: { size: { type: 'int64', id: 1 } } },
    TensorProto: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShapeProto', id: 2 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        intVal: { rule: 'repeated', type: 'int32', id: 7, options: { packed: true } },
        boolVal: { rule: 'repeated', type: 'bool', id: 11, options: { packed: true } },
      },
    },
  },
});

const SavedModel = format.lookupType('SavedModel');

/** The bytes of `saved_model.pb` for a graph; the same nodes give the same bytes. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graphDef = { node: nodes, versions: { producer: PRODUCER } };
  const message = { savedModelSchemaVersion: 1, metaGraphs: [{ metaInfoDef: { tags: [TAG] }, graphDef }] };
  return SavedModel.encode(message).finish();
}

export function shapeOf(shape: readonly number[]): Shape {
  return { dim: shape.map((size) => ({ size })) };
}
