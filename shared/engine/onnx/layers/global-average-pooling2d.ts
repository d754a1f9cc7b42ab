import { plainInput } from '../arrange.js';
import { integer } from '../graph.js';
import type { Value } from '../tape.js';
import type { LayerEmitter } from './emitter.js';

export const globalAveragePooling2d: LayerEmitter<'globalAveragePooling2d'> = {
  kind: 'globalAveragePooling2d',
  emit: (emission, { outputShape }, [given]) => {
    const { graph, tape } = emission;
    const input = plainInput(emission, given);
    const [height, width, channels] = input.shape;
    const positions = height * width;
    const view = graph.reshape(input.name, -1, positions, channels);
    const name = graph.op('ReduceMean', [view, graph.vector(1)], { keepdims: integer(0) });
    const output: Value = { ...input, name, shape: outputShape };
    tape.record(name, (gradient) => {
      const parts = Array.from({ length: positions }, () => 1 / positions);
      const each = graph.op('Mul', [graph.reshape(gradient, -1, 1, channels), graph.floats([1, positions, 1], parts)]);
      tape.accumulate(input, graph.reshape(each, -1, ...input.shape));
    });
    return output;
  },
};
