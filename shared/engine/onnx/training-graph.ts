import type { CompiledNetwork } from '../../models/network.js';
import { floatTensors, isTrained } from '../tensors.js';
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

export const parameterOutput = (name: string): string => `trained/${name}`;

/**
 * The model that trains one client: all its SGD steps in one Scan. Inputs: `data`, `labels`, `indices` and `weights`
 * [blocks, blockSteps · batch], `learningRate`, and `parameter/NAME`. Outputs: `trained/NAME` and `losses`
 * [blocks · blockSteps]. The number of blocks and of examples are free, so that one session serves every client.
 */
export const trainingModel = (compiled: CompiledNetwork, form: TrainingForm): Uint8Array => {
  const { classes } = compiled.network;
  const { batch, blockSteps } = form;
  const blockRows = batch * blockSteps;
  const { shape: inputShape } = entryOf(compiled);
  const graph = new GraphBuilder();
  const data = declareData(graph, form.data, inputShape);
  const labels = graph.input('labels', 'uint8', ['examples']);
  const indices = graph.input('indices', 'int32', ['blocks', blockRows]);
  const weights = graph.input('weights', 'float32', ['blocks', blockRows]);
  const learningRate = graph.input('learningRate', 'float32', []);
  const tensors = floatTensors(compiled.layout);
  for (const { name, shape } of tensors) graph.input(parameterInput(name), 'float32', declaredShape(shape));
  const trained = tensors.filter(isTrained);

  const targets = oneHot(graph, labels, indices, classes);
  // Gradients carry −learningRate from the start; see SgdUpdates.
  const factors = graph.op('Mul', [weights, graph.op('Neg', [learningRate])]);
  const stepTargets = graph.split(targets, blockSteps, 1);
  const stepFactors = graph.split(graph.op('Unsqueeze', [factors, graph.vector(2)]), blockSteps, 1);
  const sequences: Sequence[] = [
    { value: indices, type: 'int32', shape: [blockRows] },
    ...stepTargets.map((value): Sequence => ({ value, type: 'float32', shape: [batch, classes] })),
    ...stepFactors.map((value): Sequence => ({ value, type: 'float32', shape: [batch, 1] })),
  ];
  const states = trained.map(({ name, shape }): State => ({
    value: parameterInput(name),
    type: 'float32',
    shape: declaredShape(shape),
  }));
  const result = scan(graph, states, sequences, (body, values, [rows, ...entries]) => {
    const current = new Map(trained.map(({ name }, i) => [name, values[i]]));
    const block = new BlockWriter(
      body,
      compiled,
      form,
      gatherExamples(body, data, rows, form.data, inputShape),
      current,
    );
    for (let step = 0; step < blockSteps; step++) block.step(entries[step], entries[blockSteps + step]);
    block.finish();
    return {
      states: [...current.values()],
      outputs: block.logits.map((value) => ({ value, type: 'float32', shape: [batch, classes] })),
    };
  });
  trained.forEach(({ name, shape }, i) =>
    graph.output(parameterOutput(name), result.states[i], 'float32', declaredShape(shape)),
  );
  // The losses of all steps at once, after the loop: there they would cost nodes in every step.
  const rowLosses = graph.op('Mul', [crossEntropy(graph, graph.concat(result.outputs, 1), targets), weights]);
  const steps = graph.op('ReduceSum', [graph.reshape(rowLosses, -1, batch), graph.vector(1)], { keepdims: integer(0) });
  graph.output('losses', steps, 'float32', ['steps']);
  return graph.toModel();
};
