import { sizeOf } from '../../../params/layout.js';
import { arranged } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

export const flatten: LayerEmitter<'flatten'> = {
  kind: 'flatten',
  emit: (emission, _placed, [given]) => {
    const { graph, tape } = emission;
    const input = arranged(emission, given, 'channelsLast');
    if (input.shape.length === 1) return input;
    const size = sizeOf(input.shape);
    const output = { ...input, name: graph.reshape(input.name, -1, size), shape: [size] };
    tape.record(output.name, (gradient) => {
      if (input.needsGradient) tape.accumulate(input, graph.reshape(gradient, -1, ...input.shape));
    });
    return output;
  },
};
