import { arranged, scaled } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

/** In the arrangement in which the value comes: it is the mask that is arranged as the value is. */
export const dropout: LayerEmitter<'dropout'> = {
  kind: 'dropout',
  emit: (emission, { name: layer, options, outputShape }, [given]) => {
    const { graph, tape, training } = emission;
    if (training === null || options.rate === 0) return given;
    const input = scaled(emission, given);
    const factor = graph.number(1 / (1 - options.rate));
    const mask = graph.op('Mul', [training.dropoutMask(layer), factor]);
    const value = { shape: outputShape, factor: 1, needsGradient: false } as const;
    const kept = arranged(emission, { ...value, name: mask, arrangement: 'channelsLast' }, input.arrangement).name;
    const name = graph.op('Mul', [input.name, kept]);
    tape.record(name, (gradient) => tape.accumulate(input, graph.op('Mul', [gradient, kept])));
    return { ...input, name };
  },
};
