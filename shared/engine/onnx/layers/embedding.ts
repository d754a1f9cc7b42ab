import type { LayerEmitter } from './emitter.js';

/** Rows of a table; the gradient of the table is a product with the tokens as one-hot rows, in a fixed order. */
export const embedding: LayerEmitter<'embedding'> = {
  kind: 'embedding',
  emit: (emission, { options, tensors, outputShape }, [input]) => {
    const { graph, tape, parameter, rows } = emission;
    const [positions, width] = outputShape;
    const tokens = graph.cast(input.name, 'int64');
    const table = parameter(tensors['embeddings']);
    const chosen = graph.op('Gather', [table, tokens]);
    const name = options.positions ? graph.op('Add', [chosen, parameter(tensors['positions'])]) : chosen;
    tape.record(name, (gradient, updates) => {
      const flat = graph.reshape(tokens, -1);
      const depth = graph.vector(options.inputDim);
      const oneHot = graph.op('OneHot', [flat, depth, graph.floats([2], [0, 1])]);
      updates.product(tensors['embeddings'], oneHot, graph.reshape(gradient, -1, width), 1);
      if (!options.positions) return;
      const sums = graph.sumOfRows(graph.reshape(gradient, rows, positions * width), rows);
      updates.whole(tensors['positions'], graph.reshape(sums, positions, width));
    });
    return { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: true };
  },
};
