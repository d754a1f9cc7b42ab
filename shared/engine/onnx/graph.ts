import { sizeOf } from '../../params/layout.js';
import {
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
  typeCode,
  valueInfoProto,
  type Attribute,
  type Dimensions,
  type ElementType,
} from './format.js';

export type Attributes = Readonly<Record<string, Attribute>>;

export const float = (value: number): Attribute => ({ float: value });
export const integer = (value: number): Attribute => ({ integer: value });
export const integers = (...values: readonly number[]): Attribute => ({ integers: values });

/** The values of a constant, of the type that its elements have. */
export type ConstantValues = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** The operator set of the runtime's fused operators. */
export const fusedDomain = 'com.microsoft';

/** Around a layer's name in the names of its nodes. */
const layerMark = '§';

/** The layer that a message of the runtime speaks of, null if it names none. */
export const layerOf = (message: string): string | null => message.split(layerMark)[1] ?? null;

/**
 * Collects the nodes of one graph in order of execution. Values are called by generated names, unique over a graph
 * and its inner graphs; an inner graph (a loop's body) sees the values of the outer ones.
 */
export class GraphBuilder {
  private readonly nodes: Uint8Array[] = [];
  private readonly constants: Uint8Array[] = [];
  private readonly inputs: Uint8Array[] = [];
  private readonly outputs: Uint8Array[] = [];
  private readonly known = new Map<string, string>();
  /** Domains of the operators of this graph and its inner ones; ONNX's own is always there. */
  private readonly domains = new Set(['']);
  private readonly made = new Set<string>();
  private readonly root: GraphBuilder;
  /** The layer whose nodes are being added, for messages; of the outermost graph. */
  private layer = '';
  private next = 0;

  constructor(parent?: GraphBuilder) {
    this.root = parent?.root ?? this;
  }

  /** The layer whose nodes are added next. */
  get label(): string {
    return this.root.layer;
  }

  set label(layer: string) {
    this.root.layer = layer;
  }

  private newName(): string {
    return `v${this.root.next++}`;
  }

  /** Adds a node with several outputs. @returns their names */
  many(count: number, operator: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string[] {
    const outputs = Array.from({ length: count }, () => this.newName());
    const name = this.label === '' ? '' : `${layerMark}${this.label}${layerMark}${outputs[0]}`;
    this.nodes.push(nodeProto({ operator, name, inputs, outputs, attributes, domain }));
    this.root.domains.add(domain);
    for (const name of outputs) this.made.add(name);
    return outputs;
  }

  /** Adds a node with one output. @returns its name */
  op(operator: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    return this.many(1, operator, inputs, attributes, domain)[0];
  }

  private constant(type: ElementType, dimensions: readonly number[], values: ConstantValues): string {
    const { root } = this;
    const key = `${type}[${dimensions.join()}]${values.join()}`;
    const name = root.known.get(key) ?? root.newName();
    if (!root.known.has(key)) {
      root.known.set(key, name);
      root.constants.push(tensorProto(name, type, dimensions, values));
    }
    return name;
  }

  /** A constant float32 tensor; equal ones are kept once, in the outermost graph. */
  floats(dimensions: readonly number[], values: readonly number[]): string {
    return this.constant('float32', dimensions, Float32Array.from(values));
  }

  /** A constant tensor of integers; equal ones are kept once, in the outermost graph. */
  integers(type: 'uint8' | 'int8' | 'int32', dimensions: readonly number[], values: readonly number[]): string {
    const typed = { uint8: Uint8Array, int8: Int8Array, int32: Int32Array }[type];
    return this.constant(type, dimensions, typed.from(values));
  }

  /** A constant number. */
  number(value: number): string {
    return this.floats([], [value]);
  }

  /** A constant tensor of ones. */
  ones(...dimensions: readonly number[]): string {
    return this.floats(
      dimensions,
      Array.from({ length: sizeOf(dimensions) }, () => 1),
    );
  }

  /** A constant vector of int64, as axes and shapes want it. */
  vector(...values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  reshape(value: string, ...shape: readonly number[]): string {
    return this.op('Reshape', [value, this.vector(...shape)]);
  }

  /** @param order which axis of the value comes where */
  transpose(value: string, ...order: readonly number[]): string {
    return this.op('Transpose', [value], { perm: integers(...order) });
  }

  cast(value: string, type: ElementType): string {
    return this.op('Cast', [value], { to: integer(typeCode(type)) });
  }

  /** The sum of rows [count, n], [1, n]: a product with ones, quicker than ReduceSum. */
  sumOfRows(rows: string, count: number): string {
    return this.op('Gemm', [this.ones(1, count), rows]);
  }

  /** Cuts an axis into equal parts. */
  split(value: string, parts: number, axis = 0): string[] {
    if (parts === 1) return [value];
    return this.many(parts, 'Split', [value], { axis: integer(axis), num_outputs: integer(parts) });
  }

  concat(values: readonly string[], axis = 0): string {
    return values.length === 1 ? values[0] : this.op('Concat', values, { axis: integer(axis) });
  }

  input(name: string, type: ElementType, dimensions: Dimensions): string {
    this.inputs.push(valueInfoProto(name, type, dimensions));
    return name;
  }

  /** Makes a value an output of the graph, under a name of its own. */
  output(name: string, value: string, type: ElementType, dimensions: Dimensions): void {
    this.nodes.push(
      nodeProto({ operator: 'Identity', name: '', inputs: [value], outputs: [name], attributes: {}, domain: '' }),
    );
    this.outputs.push(valueInfoProto(name, type, dimensions));
  }

  /** Makes a value the next output of a body, where outputs are known by their order: no node, unless it came from outside. */
  positionalOutput(value: string, type: ElementType, dimensions: Dimensions): void {
    const name = this.made.delete(value) ? value : this.op('Identity', [value]);
    this.outputs.push(valueInfoProto(name, type, dimensions));
  }

  /** The graph as an attribute of the node that runs it. */
  asBody(): Attribute {
    const { nodes, constants, inputs, outputs } = this;
    return { graph: graphProto('body', { nodes, constants, inputs, outputs }) };
  }

  /** A constant with a name of its own, such as a trained parameter. */
  named(name: string, dimensions: readonly number[], values: ConstantValues, type: ElementType = 'float32'): string {
    this.root.constants.push(tensorProto(name, type, dimensions, values));
    return name;
  }

  /** @param metadata shown by tools that read the file */
  toModel(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const { nodes, constants, inputs, outputs } = this;
    return modelProto(graphProto('main', { nodes, constants, inputs, outputs }), this.domains, metadata);
  }
}
