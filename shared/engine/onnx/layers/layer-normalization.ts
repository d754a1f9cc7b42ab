import { sizeOf } from '../../../params/layout.js';
import { plainInput } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';
import { normalize } from './normalization.js';

export const layerNormalization: LayerEmitter<'layerNormalization'> = {
  kind: 'layerNormalization',
  emit: (emission, { options, tensors }, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const input = plainInput(emission, given);
    const width = input.shape[input.shape.length - 1];
    const [gamma, beta] = [parameter(tensors['gamma']), parameter(tensors['beta'])];
    const normalized = normalize(graph, graph.reshape(input.name, -1, width), [1], options.epsilon);
    const sum = graph.op('Add', [graph.op('Mul', [normalized.name, gamma]), beta]);
    const name = graph.reshape(sum, -1, ...input.shape);
    tape.record(name, (given, updates) => {
      const gradient = graph.reshape(given, -1, width);
      const count = (rows * sizeOf(input.shape)) / width;
      updates.rowSum(tensors['gamma'], graph.op('Mul', [gradient, normalized.name]), count);
      updates.rowSum(tensors['beta'], gradient, count);
      if (!input.needsGradient) return;
      const atNormalized = normalized.backward(graph.op('Mul', [gradient, gamma]));
      tape.accumulate(input, graph.reshape(atNormalized, -1, ...input.shape));
    });
    return { ...input, name, needsGradient: true };
  },
};
