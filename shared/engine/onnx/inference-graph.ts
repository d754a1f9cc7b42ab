import type { CompiledNetwork } from '../../models/network.js';
import { floatTensors } from '../tensors.js';
import { plainInput } from './arrange.js';
import { typeCode } from './format.js';
import {
  crossEntropy,
  declareData,
  declaredShape,
  entryOf,
  gatherExamples,
  oneHot,
  parameterInput,
  type DataForm,
} from './forward.js';
import { GraphBuilder, integer } from './graph.js';
import { Tape, type ChannelBlock, type Value } from './tape.js';
import { emitUnits, parameterFormsOf, planUnits } from './units.js';

/**
 * The model that runs a network on any number of examples. Inputs: `data`, `labels`, `indices` [rows] and
 * `parameter/NAME`. Outputs: `logits` [rows, classes], `losses` [rows] (cross-entropy, nats) and `predicted` [rows],
 * the first class of the largest logit.
 */
export const inferenceModel = (compiled: CompiledNetwork, form: DataForm, channelBlock: ChannelBlock): Uint8Array => {
  const { layout, network } = compiled;
  const entry = entryOf(compiled);
  const graph = new GraphBuilder();
  const data = declareData(graph, form, entry.shape);
  const labels = graph.input('labels', 'uint8', ['examples']);
  const indices = graph.input('indices', 'int32', ['rows']);
  for (const { name, shape } of floatTensors(layout)) {
    graph.input(parameterInput(name), 'float32', declaredShape(shape));
  }
  const units = planUnits(entry.layers, { channelBlock, data: entry.gives, rows: -1 });
  const forms = parameterFormsOf(units);
  const parameter = (name: string): string =>
    forms.get(name)?.toNative(graph, parameterInput(name)) ?? parameterInput(name);
  const emission = { graph, tape: new Tape(graph), rows: -1, channelBlock, parameter, training: null };
  const values = new Map([[entry.gives, gatherExamples(graph, data, indices, form, entry.shape)]]);
  emitUnits(emission, units, values);
  const value = (layer: string): Value => {
    const found = values.get(layer);
    if (found === undefined) throw new Error(`no layer ${layer}`);
    return plainInput(emission, found);
  };
  const logits = value(compiled.layers.at(-1)?.name ?? '').name;
  const losses = crossEntropy(graph, logits, oneHot(graph, labels, indices, network.classes));
  const largest = graph.op('ArgMax', [logits], { axis: integer(1), keepdims: integer(0) });
  graph.output('logits', logits, 'float32', ['rows', network.classes]);
  graph.output('losses', losses, 'float32', ['rows']);
  graph.output('predicted', graph.op('Cast', [largest], { to: integer(typeCode('int32')) }), 'int32', ['rows']);
  return graph.toModel();
};
