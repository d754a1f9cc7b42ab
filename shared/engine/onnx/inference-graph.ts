import type { CompiledNetwork } from '../../models/network.js';
import { floatTensors } from '../tensors.js';
import { plainInput } from './arrange.js';
import {
  declareData,
  declaredShape,
  entryOf,
  gatherExamples,
  oneHot,
  parameterInput,
  type DataForm,
} from './forward.js';
import { GraphBuilder, integer } from './graph.js';
import { crossEntropy } from './losses.js';
import { Tape, type ChannelBlock, type Value } from './tape.js';
import { emitUnits, parameterFormsOf, planUnits } from './units.js';

/** The forward pass on the examples that `indices` [rows] names, with `data` and `parameter/NAME` as inputs. */
const forwardPass = (
  graph: GraphBuilder,
  compiled: CompiledNetwork,
  form: DataForm,
  channelBlock: ChannelBlock,
): ((layer: string) => Value) => {
  const entry = entryOf(compiled);
  const data = declareData(graph, form, entry.shape);
  const indices = graph.input('indices', 'int32', ['rows']);
  for (const { name, shape } of floatTensors(compiled.layout)) {
    graph.input(parameterInput(name), 'float32', declaredShape(shape));
  }
  const units = planUnits(entry.layers, { channelBlock, data: entry.gives, rows: -1 });
  const forms = parameterFormsOf(units);
  const parameter = (name: string): string =>
    forms.get(name)?.toNative(graph, parameterInput(name)) ?? parameterInput(name);
  const emission = { graph, tape: new Tape(graph), rows: -1, channelBlock, parameter, training: null };
  const values = new Map([[entry.gives, gatherExamples(graph, data, indices, form, entry.shape)]]);
  emitUnits(emission, units, values);
  return (layer) => {
    const found = values.get(layer);
    if (found === undefined) throw new Error(`no layer ${layer}`);
    return plainInput(emission, found);
  };
};

/**
 * The model that runs a network on any number of examples. Inputs: `data`, `labels`, `indices` [rows] and
 * `parameter/NAME`. Outputs: `logits` [rows, classes], `losses` [rows] (cross-entropy, nats) and `predicted` [rows],
 * the first class of the largest logit.
 */
export const inferenceModel = (compiled: CompiledNetwork, form: DataForm, channelBlock: ChannelBlock): Uint8Array => {
  const { classes } = compiled.network;
  const graph = new GraphBuilder();
  const labels = graph.input('labels', 'uint8', ['examples']);
  const logits = forwardPass(graph, compiled, form, channelBlock)(compiled.layers.at(-1)?.name ?? '').name;
  const losses = crossEntropy(graph, logits, oneHot(graph, labels, 'indices', classes));
  const largest = graph.op('ArgMax', [logits], { axis: integer(1), keepdims: integer(0) });
  graph.output('logits', logits, 'float32', ['rows', classes]);
  graph.output('losses', losses, 'float32', ['rows']);
  graph.output('predicted', graph.cast(largest, 'int32'), 'int32', ['rows']);
  return graph.toModel();
};

/** The model that gives the values of one layer, `values` [rows, ...shape], by plain operators. */
export const featureModel = (compiled: CompiledNetwork, form: DataForm, layer: string): Uint8Array => {
  const graph = new GraphBuilder();
  const { name, shape } = forwardPass(graph, compiled, form, 0)(layer);
  graph.output('values', name, 'float32', ['rows', ...shape]);
  return graph.toModel();
};
