import type { TensorSpec } from '../../params/layout.js';
import type { CompiledNetwork } from '../../models/network.js';
import {
  crossEntropy,
  declareData,
  declaredShape,
  emitLayers,
  entryOf,
  gatherExamples,
  oneHot,
  type DataForm,
} from './forward.js';
import { GraphBuilder, integer } from './graph.js';
import { scan } from './scan.js';
import { Tape } from './tape.js';
import { SgdUpdates } from './updates.js';

/** Tensors that training changes; the others are only read. */
export const isTrained = ({ role }: TensorSpec): boolean => role === 'weight' || role === 'local';

export const parameterInput = (name: string): string => `parameter/${name}`;
export const parameterOutput = (name: string): string => `trained/${name}`;

/**
 * The model that trains one client: all its SGD steps in one Scan. Inputs: `data`, `labels`, `indices` and `weights`
 * [steps, batch], `learningRate`, and `parameter/NAME`. Outputs: `trained/NAME` and `losses` [steps]. The number of
 * steps and of examples are free, so that one session serves every client.
 */
export const trainingModel = (compiled: CompiledNetwork, batch: number, form: DataForm): Uint8Array => {
  const { layout, network } = compiled;
  const { classes } = network;
  const entry = entryOf(compiled);
  const graph = new GraphBuilder();
  const data = declareData(graph, form, entry.shape);
  const labels = graph.input('labels', 'uint8', ['examples']);
  const indices = graph.input('indices', 'int32', ['steps', batch]);
  const weights = graph.input('weights', 'float32', ['steps', batch]);
  const learningRate = graph.input('learningRate', 'float32', []);
  const tensors = layout.tensors.filter(({ role }) => role !== 'counter');
  for (const { name, shape } of tensors) graph.input(parameterInput(name), 'float32', declaredShape(shape));
  const trained = tensors.filter(isTrained);

  const targets = oneHot(graph, labels, indices, classes);
  // Gradients carry −learningRate from the start; see SgdUpdates.
  const rowFactors = graph.op('Unsqueeze', [
    graph.op('Mul', [weights, graph.op('Neg', [learningRate])]),
    graph.vector(2),
  ]);
  const result = scan(
    graph,
    trained.map(({ name, shape }) => ({ value: parameterInput(name), type: 'float32', shape: declaredShape(shape) })),
    [
      { value: indices, type: 'int32', shape: [batch] },
      { value: targets, type: 'float32', shape: [batch, classes] },
      { value: rowFactors, type: 'float32', shape: [batch, 1] },
    ],
    (body, states, [rows, target, factor]) => {
      const current = new Map(trained.map(({ name }, i) => [name, states[i]]));
      const before = new Map(current);
      const tape = new Tape(body);
      const parameter = (name: string): string => before.get(name) ?? parameterInput(name);
      const input = gatherExamples(body, data, rows, form, entry.shape);
      const logits = emitLayers({ graph: body, tape, rows: batch, parameter }, entry.layers, input);
      const probabilities = body.op('Softmax', [logits.name], { axis: integer(1) });
      const gradient = body.op('Mul', [body.op('Sub', [probabilities, target]), factor]);
      tape.backward(logits, gradient, new SgdUpdates(body, current));
      return {
        states: trained.map(({ name }) => current.get(name) ?? ''),
        outputs: [{ value: logits.name, type: 'float32', shape: [batch, classes] }],
      };
    },
  );
  trained.forEach(({ name, shape }, i) =>
    graph.output(parameterOutput(name), result.states[i], 'float32', declaredShape(shape)),
  );
  // The losses of all steps at once: they cost no node inside the loop.
  const rowLosses = graph.op('Mul', [crossEntropy(graph, result.outputs[0], targets), weights]);
  const losses = graph.op('ReduceSum', [rowLosses, graph.vector(1)], { keepdims: integer(0) });
  graph.output('losses', losses, 'float32', ['steps']);
  return graph.toModel();
};
