import { plainInput } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

export const reshape: LayerEmitter<'reshape'> = {
  kind: 'reshape',
  emit: (emission, { outputShape }, [given]) => {
    const { graph, tape } = emission;
    const input = plainInput(emission, given);
    const name = graph.reshape(input.name, -1, ...outputShape);
    tape.record(name, (gradient) => tape.accumulate(input, graph.reshape(gradient, -1, ...input.shape)));
    return { ...input, name, shape: outputShape };
  },
};
