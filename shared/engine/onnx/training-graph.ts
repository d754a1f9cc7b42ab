import type { CompiledNetwork } from '../../models/network.js';
import type { TensorSpec } from '../../params/layout.js';
import { floatTensors, isChanged } from '../tensors.js';
import { toFloat } from './arrange.js';
import { BlockWriter, type TrainingForm } from './block.js';
import {
  crossEntropy,
  declareData,
  declaredShape,
  entryOf,
  gatherExamples,
  oneHot,
  parameterInput,
} from './forward.js';
import { GraphBuilder, integer } from './graph.js';
import { scan, type Sequence, type State } from './scan.js';
import { parameterFormsOf, planUnits } from './units.js';

/** The keep-masks of a dropout layer. */
export const dropoutInput = (layer: string): string => `dropout/${layer}`;

export const parameterOutput = (name: string): string => `trained/${name}`;

/**
 * The model that trains one client: all its SGD steps in one Scan. Inputs: `data`, `labels`, `indices` and `weights`
 * [blocks, blockSteps · batch], `learningRate`, `parameter/NAME`, and
 * `dropout/LAYER` [blocks, blockSteps · batch, ...shape]. Outputs: `trained/NAME` and `losses`
 * [blocks · blockSteps]. The number of blocks and of examples are free, so that one session serves every client.
 */
export const trainingModel = (compiled: CompiledNetwork, form: TrainingForm): Uint8Array => {
  const { classes } = compiled.network;
  const { batch, blockSteps } = form;
  const blockRows = batch * blockSteps;
  const { shape: inputShape, gives } = entryOf(compiled);
  const graph = new GraphBuilder();
  const data = declareData(graph, form.data, inputShape);
  const labels = graph.input('labels', 'uint8', ['examples']);
  const indices = graph.input('indices', 'int32', ['blocks', blockRows]);
  const weights = graph.input('weights', 'float32', ['blocks', blockRows]);
  const learningRate = graph.input('learningRate', 'float32', []);
  const tensors = floatTensors(compiled.layout);
  for (const { name, shape } of tensors) graph.input(parameterInput(name), 'float32', declaredShape(shape));
  const units = planUnits(entryOf(compiled).layers, {
    channelBlock: form.channelBlock,
    data: gives,
    rows: form.channelBlock === 0 ? -1 : form.batch,
  });
  const forms = parameterFormsOf(units);
  const native = new Map(
    tensors.map(({ name }) => [name, forms.get(name)?.toNative(graph, parameterInput(name)) ?? parameterInput(name)]),
  );
  const nativeShape = ({ name, shape }: TensorSpec): readonly number[] =>
    forms.get(name)?.shape ?? declaredShape(shape);
  const changed = tensors.filter(isChanged);

  const targets = oneHot(graph, labels, indices, classes);
  // Gradients carry −learningRate from the start; see SgdUpdates.
  const factors = graph.op('Mul', [weights, graph.op('Neg', [learningRate])]);
  const perStep = (values: string): string[] =>
    graph.split(graph.op('Unsqueeze', [values, graph.vector(2)]), blockSteps, 1);
  const stepTargets = graph.split(targets, blockSteps, 1);
  const dropouts = compiled.layers.filter(({ kind }) => kind === 'dropout');
  const masks = dropouts.flatMap(({ name, outputShape }) => {
    const mask = graph.input(dropoutInput(name), 'uint8', ['blocks', blockRows, ...outputShape]);
    return graph.split(mask, blockSteps, 1).map((value) => ({ value, shape: [batch, ...outputShape] }));
  });
  const column = { type: 'float32', shape: [batch, 1] } as const;
  const sequences: Sequence[] = [
    { value: indices, type: 'int32', shape: [blockRows] },
    ...stepTargets.map((value): Sequence => ({ value, type: 'float32', shape: [batch, classes] })),
    ...perStep(factors).map((value): Sequence => ({ value, ...column })),
    ...perStep(weights).map((value): Sequence => ({ value, ...column })),
    ...masks.map((mask): Sequence => ({ ...mask, type: 'uint8' })),
  ];
  const states = changed.map((tensor): State => ({
    value: native.get(tensor.name) ?? '',
    type: 'float32',
    shape: nativeShape(tensor),
  }));
  const result = scan(graph, states, sequences, (body, values, [rows, ...entries]) => {
    const current = new Map(native);
    changed.forEach(({ name }, i) => current.set(name, values[i]));
    const input = gatherExamples(body, data, rows, form.data, inputShape);
    const block = new BlockWriter(body, compiled, form, units, input, current);
    for (let step = 0; step < blockSteps; step++) {
      block.step({
        targets: entries[step],
        factors: entries[blockSteps + step],
        rowWeights: entries[2 * blockSteps + step],
        dropout: new Map(dropouts.map(({ name }, i) => [name, toFloat(body, entries[(3 + i) * blockSteps + step])])),
      });
    }
    block.finish();
    return {
      states: changed.map(({ name }) => current.get(name) ?? ''),
      outputs: block.logits.map((value) => ({ value, type: 'float32', shape: [batch, classes] })),
    };
  });
  changed.forEach(({ name, shape }, i) => {
    const canonical = forms.get(name)?.toCanonical(graph, result.states[i]) ?? result.states[i];
    graph.output(parameterOutput(name), canonical, 'float32', declaredShape(shape));
  });
  // The losses of all steps at once, after the loop: there they would cost nodes in every step.
  const rowLosses = graph.op('Mul', [crossEntropy(graph, graph.concat(result.outputs, 1), targets), weights]);
  const steps = graph.op('ReduceSum', [graph.reshape(rowLosses, -1, batch), graph.vector(1)], { keepdims: integer(0) });
  graph.output('losses', steps, 'float32', ['steps']);
  return graph.toModel();
};
