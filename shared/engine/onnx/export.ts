import type { CompiledNetwork } from '../../models/network.js';
import type { Parameters } from '../../params/parameters.js';
import { floatTensors } from '../tensors.js';
import { plainInput } from './arrange.js';
import { declaredShape } from './forward.js';
import { GraphBuilder } from './graph.js';
import { Tape, type Value } from './tape.js';
import { emitUnits, parameterFormsOf, plainRules, planUnits } from './units.js';

export interface ExportOptions {
  /** What raw values are multiplied by to become the network's input; told in the file's metadata. */
  readonly scale: number;
}

/**
 * A trained model as an ONNX file (operator set 18, IR version 9, ONNX's own operators only): from `input` [N, ...shape],
 * channels last and already scaled, to `logits` [N, classes]. The layers are written by the same code that trains them.
 * Parameters have their names in the layout and its shapes, vectors as [1, n].
 */
export const exportOnnx = (
  compiled: CompiledNetwork,
  { floats }: Pick<Parameters, 'floats'>,
  { scale }: ExportOptions,
): Uint8Array => {
  const { network, layers, layout } = compiled;
  const graph = new GraphBuilder();
  const name = graph.input('input', 'float32', ['N', ...network.input]);
  const units = planUnits(layers, plainRules);
  const forms = parameterFormsOf(units);
  const parameters = new Map(
    floatTensors(layout).map(({ name: tensor, shape, offset, size }) => {
      const values = floats.subarray(offset, offset + size);
      const canonical = graph.named(tensor, declaredShape(shape), values);
      return [tensor, forms.get(tensor)?.toNative(graph, canonical) ?? canonical];
    }),
  );
  const emission = {
    graph,
    tape: new Tape(graph),
    rows: -1,
    channelBlock: 0,
    parameter: (tensor: string) => parameters.get(tensor) ?? '',
    training: null,
  } as const;
  const input: Value = { name, shape: network.input, arrangement: 'channelsLast', factor: 1, needsGradient: false };
  const values = new Map([['input', input]]);
  emitUnits(emission, units, values);
  const last = values.get(layers.at(-1)?.name ?? '') ?? input;
  graph.output('logits', plainInput(emission, last).name, 'float32', ['N', network.classes]);
  return graph.toModel({
    network: network.name,
    input: 'channels last; raw values times scale',
    scale: String(scale),
    layout: layout.id,
  });
};
