import { bytesOf } from '../../params/parameters.js';
import { packageVersion } from '../../util/version.js';
import { bytesField, floatField, integerField, message, textField } from './protobuf.js';

/* The messages of an ONNX model file; field numbers are those of `onnx.proto` (IR version 9). */

const typeCodes = { float32: 1, uint8: 2, int8: 3, uint16: 4, int32: 6, int64: 7, bool: 9 } as const;
const attributeTypes = { float: 1, integer: 2, text: 3, graph: 5, integers: 7 } as const;

export type ElementType = keyof typeof typeCodes;

/** The number that stands for a type in attributes such as Cast's `to`. */
export const typeCode = (type: ElementType): number => typeCodes[type];

/** Extents: a number, or the name of one that is known when the model runs. */
export type Dimensions = readonly (number | string)[];

export type Attribute =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly text: string }
  | { readonly integers: readonly number[] }
  | { readonly graph: Uint8Array };

export interface NodeSpec {
  readonly operator: string;
  /** Shown in messages of the runtime; may be empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
}

const attributeValue = (value: Attribute): Uint8Array => {
  if ('float' in value) return message(floatField(2, value.float), integerField(20, attributeTypes.float));
  if ('integer' in value) return message(integerField(3, value.integer), integerField(20, attributeTypes.integer));
  if ('text' in value) return message(textField(4, value.text), integerField(20, attributeTypes.text));
  if ('graph' in value) return message(bytesField(6, value.graph), integerField(20, attributeTypes.graph));
  return message(...value.integers.map((n) => integerField(8, n)), integerField(20, attributeTypes.integers));
};

export const nodeProto = ({ operator, name, inputs, outputs, attributes, domain }: NodeSpec): Uint8Array =>
  message(
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(3, name),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      bytesField(5, message(textField(1, name), attributeValue(value))),
    ),
    textField(7, domain),
  );

/** A constant. @param values little-endian, as all machines that the runtime supports */
export const tensorProto = (
  name: string,
  type: ElementType,
  dimensions: readonly number[],
  values: ArrayBufferView,
): Uint8Array =>
  message(
    ...dimensions.map((extent) => integerField(1, extent)),
    integerField(2, typeCodes[type]),
    textField(8, name),
    bytesField(9, bytesOf(values)),
  );

/** Name, type and shape of a graph's input or output. */
export const valueInfoProto = (name: string, type: ElementType, dimensions: Dimensions): Uint8Array => {
  const shape = dimensions.map((extent) =>
    bytesField(1, typeof extent === 'string' ? textField(2, extent) : integerField(1, extent)),
  );
  const tensorType = message(integerField(1, typeCodes[type]), bytesField(2, message(...shape)));
  return message(textField(1, name), bytesField(2, bytesField(1, tensorType)));
};

export interface GraphParts {
  readonly nodes: readonly Uint8Array[];
  readonly constants: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

export const graphProto = (name: string, { nodes, constants, inputs, outputs }: GraphParts): Uint8Array =>
  message(
    ...nodes.map((bytes) => bytesField(1, bytes)),
    textField(2, name),
    ...constants.map((bytes) => bytesField(5, bytes)),
    ...inputs.map((bytes) => bytesField(11, bytes)),
    ...outputs.map((bytes) => bytesField(12, bytes)),
  );

const irVersion = 9;

/** Versions of the operator sets: ONNX's own, and the runtime's, by their domains. */
const operatorSets: Readonly<Record<string, number>> = { '': 18, 'com.microsoft': 1, 'com.microsoft.nchwc': 1 };

/**
 * @param domains of the operators in the graph
 * @param metadata shown by tools that read the file
 */
export const modelProto = (
  graph: Uint8Array,
  domains: Iterable<string>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array =>
  message(
    integerField(1, irVersion),
    textField(2, 'fedsqueeze'),
    textField(3, packageVersion),
    bytesField(7, graph),
    ...[...domains].map((domain) =>
      bytesField(8, message(textField(1, domain), integerField(2, operatorSets[domain]))),
    ),
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, message(textField(1, key), textField(2, value)))),
  );
