import { sizeOf } from '../../../params/layout.js';
import type { LayerEmitter } from './emitter.js';

export const flatten: LayerEmitter<'flatten'> = {
  kind: 'flatten',
  emit: ({ graph, tape }, _placed, input) => {
    const size = sizeOf(input.shape);
    const output = { ...input, name: graph.reshape(input.name, -1, size), shape: [size] };
    tape.record(output.name, (gradient) => {
      if (input.needsGradient) tape.accumulate(input, graph.reshape(gradient, -1, ...input.shape));
    });
    return output;
  },
};
