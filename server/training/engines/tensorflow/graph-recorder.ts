import type { Binding, OperationAttribute, TensorMetadata, Values } from './binding.ts';
import { shapeOf, type Attribute, type ConstantTensor, type GraphNode } from './saved-model.ts';

/** Operations whose results are not a function of their inputs, and that a step must therefore not use. */
const RANDOM = /^(Random|Stateless|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;

/**
 * Type attributes that tfjs-node leaves to TensorFlow to infer, but that a graph must state. By operation and
 * attribute: the index of the input that has the type.
 */
const INFERRED: Record<string, Record<string, number>> = { ExpandDims: { T: 0, Tdim: 1 }, Where: { T: 0 } };

/** Where in the graph the values of a tensor come from. */
interface Origin {
  /** `node:index` */
  output: string;
  dtype: number;
  /** True where the values depend on no input. */
  constant: boolean;
}

/**
 * Makes a binding that executes as the given one does, and writes down the executed operations as nodes of a graph.
 *
 * It is put into the backend's place while a step runs once. Two kinds of tensors become constants: those made from
 * JavaScript values, and those from outside that the step uses.
 */
export class GraphRecorder {
  readonly nodes: GraphNode[] = [];
  readonly binding: Binding;
  readonly #real: Binding;
  readonly #origins = new Map<number, Origin>();

  constructor(binding: Binding) {
    this.#real = binding;
    const recording: Partial<Binding> = {
      createTensor: (shape, dtype, values) => this.#createTensor(shape, dtype, values),
      executeOp: (name, attributes, inputs, outputCount) => this.#execute(name, attributes, inputs, outputCount),
      tensorDataSync: (id) => this.#read(id),
    };
    // Everything else, such as the numbers of types, is the real binding's, whose properties cannot be assigned to.
    this.binding = Object.create(binding, Object.getOwnPropertyDescriptors(recording)) as Binding;
  }

  /**
   * Declares a tensor to be an input of the graph.
   *
   * @returns `node:index`
   */
  input(id: number, name: string, dtype: number, shape: readonly number[]): string {
    this.nodes.push({
      name,
      op: 'Placeholder',
      input: [],
      attr: { dtype: { type: dtype }, shape: { shape: shapeOf(shape) } },
    });
    const output = `${name}:0`;
    this.#origins.set(id, { output, dtype, constant: false });
    return output;
  }

  /** Declares a vector to be an input and each of these tensors to be the element of it at its index. */
  vectorInput(ids: readonly number[], name: string): void {
    const dtype = this.#real.TF_FLOAT;
    this.nodes.push(
      { name, op: 'Placeholder', input: [], attr: { dtype: { type: dtype }, shape: { shape: shapeOf([ids.length]) } } },
      {
        name: `${name}_elements`,
        op: 'Unpack',
        input: [`${name}:0`],
        attr: { num: { i: ids.length }, T: { type: dtype }, axis: { i: 0 } },
      },
    );
    ids.forEach((id, index) => this.#origins.set(id, { output: `${name}_elements:${index}`, dtype, constant: false }));
  }

  /**
   * Adds a node of its own for an output, since TensorFlow can return neither an input nor the same output twice.
   *
   * @returns `node:index`
   */
  output(id: number, name: string): string {
    const { output, dtype } = this.#origin(id);
    this.nodes.push({ name, op: 'Identity', input: [output], attr: { T: { type: dtype } } });
    return `${name}:0`;
  }

  #createTensor(shape: number[], dtype: number, values: Values): number {
    const id = this.#real.createTensor(shape, dtype, values);
    this.#addConstant(id, shape, dtype, values);
    return id;
  }

  #execute(op: string, attributes: OperationAttribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    if (RANDOM.test(op)) {
      throw new Error(
        `Cannot compile the step: it uses the random operation ${op}. ` +
          'Wanted: a pure function; random numbers come in with the batch.',
      );
    }
    const origins = inputs.map((id) => this.#origin(id));
    const outputs = this.#real.executeOp(op, attributes, inputs, outputCount);
    const name = `n${this.nodes.length}`;
    const attr = Object.fromEntries(attributes.map((attribute) => [attribute.name, this.#attribute(op, attribute)]));
    for (const [attribute, input] of Object.entries(INFERRED[op] ?? {}))
      attr[attribute] ??= { type: origins[input]!.dtype };
    this.nodes.push({ name, op, input: origins.map(({ output }) => output), attr });
    const constant = origins.every((origin) => origin.constant);
    outputs.forEach(({ id, dtype }, index) => this.#origins.set(id, { output: `${name}:${index}`, dtype, constant }));
    return outputs;
  }

  #read(id: number): Values {
    if (!this.#origin(id).constant) {
      throw new Error(
        'Cannot compile the step: it reads the values of a tensor that depends on its arguments ' +
          '(dataSync or the like; tf.gather and tf.booleanMask do so too). ' +
          'Wanted: tensor operations only, whichever values come in.',
      );
    }
    return this.#real.tensorDataSync(id);
  }

  #origin(id: number): Origin {
    return this.#origins.get(id) ?? this.#addOutsider(id);
  }

  /** A tensor that is older than the step's run. Its shape and type are known from an operation on it. */
  #addOutsider(id: number): Origin {
    const [copy] = this.#real.executeOp('Identity', [], [id], 1);
    const origin = this.#addConstant(id, copy!.shape, copy!.dtype, this.#real.tensorDataSync(id));
    this.#real.deleteTensor(copy!.id);
    return origin;
  }

  #addConstant(id: number, shape: readonly number[], dtype: number, values: Values): Origin {
    const name = `n${this.nodes.length}`;
    this.nodes.push({
      name,
      op: 'Const',
      input: [],
      attr: { dtype: { type: dtype }, value: { tensor: this.#constant(shape, dtype, values) } },
    });
    const origin = { output: `${name}:0`, dtype, constant: true };
    this.#origins.set(id, origin);
    return origin;
  }

  /** A tensor full of one value is stored as that value: gradients start from such tensors, which may be large. */
  #constant(shape: readonly number[], dtype: number, values: Values): ConstantTensor {
    const tensor = { dtype, tensorShape: shapeOf(shape) };
    const first = values[0];
    const isFull = first !== undefined && values.every((value) => Object.is(value, first));
    if (isFull && dtype === this.#real.TF_FLOAT) return { ...tensor, floatVal: [first] };
    if (isFull && dtype === this.#real.TF_INT32) return { ...tensor, intVal: [first] };
    if (isFull && dtype === this.#real.TF_BOOL) return { ...tensor, boolVal: [first !== 0] };
    const bytes = typedFor(dtype, values, this.#real);
    return {
      ...tensor,
      tensorContent: new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
    };
  }

  #attribute(op: string, { name, type, value }: OperationAttribute): Attribute {
    const { TF_ATTR_STRING, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE, TF_ATTR_SHAPE } = this.#real;
    switch (type) {
      case TF_ATTR_STRING:
        return { s: new TextEncoder().encode(value as string) };
      case TF_ATTR_INT:
        return Array.isArray(value) ? { list: { i: value as number[] } } : { i: value as number };
      case TF_ATTR_FLOAT:
        return Array.isArray(value) ? { list: { f: value as number[] } } : { f: value as number };
      case TF_ATTR_BOOL:
        return Array.isArray(value) ? { list: { b: value as boolean[] } } : { b: value as boolean };
      case TF_ATTR_TYPE:
        return { type: value as number };
      case TF_ATTR_SHAPE:
        return { shape: shapeOf(value as number[]) };
      default:
        throw new Error(
          `Cannot compile the step: attribute ${name} of ${op} is of a type (${type}) ` +
            'that the graph format is not taught here.',
        );
    }
  }
}

/** tfjs may hand plain numbers where the addon wants typed ones; the graph holds bytes. */
function typedFor(dtype: number, values: Values, binding: Binding): Values {
  if (ArrayBuffer.isView(values)) return values;
  if (dtype === binding.TF_FLOAT) return Float32Array.from(values);
  return dtype === binding.TF_BOOL ? Uint8Array.from(values) : Int32Array.from(values);
}
