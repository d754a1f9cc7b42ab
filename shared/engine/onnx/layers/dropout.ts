import { plainInput } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

export const dropout: LayerEmitter<'dropout'> = {
  kind: 'dropout',
  emit: (emission, { name: layer, options }, [given]) => {
    const { graph, tape, training } = emission;
    if (training === null || options.rate === 0) return given;
    const input = plainInput(emission, given);
    const factor = graph.floats([], [1 / (1 - options.rate)]);
    const kept = graph.op('Mul', [training.dropoutMask(layer), factor]);
    const name = graph.op('Mul', [input.name, kept]);
    tape.record(name, (gradient) => tape.accumulate(input, graph.op('Mul', [gradient, kept])));
    return { ...input, name };
  },
};
