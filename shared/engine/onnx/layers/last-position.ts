import { scaled } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

export const lastPosition: LayerEmitter<'lastPosition'> = {
  kind: 'lastPosition',
  emit: (emission, { outputShape }, [given]) => {
    const { graph, tape } = emission;
    const input = scaled(emission, given);
    const [positions, width] = input.shape;
    const bounds = [graph.vector(positions - 1), graph.vector(positions), graph.vector(1)];
    const name = graph.reshape(graph.op('Slice', [input.name, ...bounds]), -1, width);
    tape.record(name, (gradient) => {
      const last = graph.reshape(gradient, -1, 1, width);
      tape.accumulate(input, graph.op('Pad', [last, graph.vector(0, positions - 1, 0, 0, 0, 0)]));
    });
    return { ...input, name, shape: outputShape };
  },
};
