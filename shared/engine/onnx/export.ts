import type { CompiledNetwork } from '../../models/network.js';
import type { Parameters } from '../../params/parameters.js';
import type { Quantization } from '../grid.js';
import { floatTensors } from '../tensors.js';
import { plainInput } from './arrange.js';
import { declaredShape } from './forward.js';
import { GraphBuilder } from './graph.js';
import { quantizedUnits, valueOnGrid } from './quantized-units.js';
import { Tape, type Value } from './tape.js';
import { emitUnits, parameterFormsOf, plainRules, planUnits } from './units.js';

export interface ExportOptions {
  /** What raw values are multiplied by to become the network's input; told in the file's metadata. */
  readonly scale: number;
  /**
   * Makes it a model of integers: quantized values and kernels between QuantizeLinear and DequantizeLinear, kernels as
   * bytes, which runtimes compute with integers. Null or left out: float32.
   */
  readonly quantization?: Quantization | null;
  /** Layers whose values the file gives beside the logits, as `value/NAME` [N, ...shape], channels last. */
  readonly values?: readonly string[];
}

/** The name of an output that is the value of a layer. */
export const valueOutput = (layer: string): string => `value/${layer}`;

/**
 * A trained model as an ONNX file (operator set 18, IR version 9, ONNX's own operators only): from `input` [N, ...shape],
 * channels last and already scaled, to `logits` [N, classes]. The layers are written by the same code that trains them.
 * Parameters have their names in the layout and its shapes, vectors as [1, n]; quantized ones the shape and the type of
 * the operator that takes them.
 */
export const exportOnnx = (
  compiled: CompiledNetwork,
  { floats }: Pick<Parameters, 'floats'>,
  { scale, quantization = null, values: wanted = [] }: ExportOptions,
): Uint8Array => {
  const { network, layers, layout } = compiled;
  const graph = new GraphBuilder();
  const name = graph.input('input', 'float32', ['N', ...network.input]);
  const units = quantization === null ? planUnits(layers, plainRules) : quantizedUnits(compiled, floats, quantization);
  const forms = parameterFormsOf(units);
  const places = new Map(floatTensors(layout).map((tensor) => [tensor.name, tensor]));
  const parameters = new Map<string, string>();
  const parameter = (tensor: string): string => {
    const known = parameters.get(tensor);
    const place = places.get(tensor);
    if (known !== undefined || place === undefined) return known ?? '';
    const values = floats.subarray(place.offset, place.offset + place.size);
    const canonical = graph.named(tensor, declaredShape(place.shape), values);
    const native = forms.get(tensor)?.toNative(graph, canonical) ?? canonical;
    parameters.set(tensor, native);
    return native;
  };
  const emission = { graph, tape: new Tape(graph), rows: -1, channelBlock: 0, parameter, training: null } as const;
  const input: Value = { name, shape: network.input, arrangement: 'channelsLast', factor: 1, needsGradient: false };
  const values = new Map([['input', valueOnGrid(emission, input, quantization?.activations.get('input'))]]);
  emitUnits(emission, units, values);
  const last = values.get(layers.at(-1)?.name ?? '') ?? input;
  graph.output('logits', plainInput(emission, last).name, 'float32', ['N', network.classes]);
  for (const layer of wanted) {
    const { name, shape } = plainInput(emission, values.get(layer) ?? input);
    graph.output(valueOutput(layer), name, 'float32', ['N', ...shape]);
  }
  return graph.toModel({
    network: network.name,
    input: 'channels last; raw values times scale',
    scale: String(scale),
    layout: layout.id,
  });
};
