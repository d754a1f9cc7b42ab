import { scaled } from '../arrange.js';
import { Differentiable } from '../differentiable.js';
import type { LayerEmitter } from './emitter.js';
import { channelView, normalize, scaleAndShift } from './normalization.js';

export const layerNormalization: LayerEmitter<'layerNormalization'> = {
  kind: 'layerNormalization',
  emit: (emission, { options, tensors }, [given]) => {
    const d = new Differentiable(emission);
    const input = scaled(emission, given);
    const view = channelView(emission.rows, input, emission.channelBlock);
    const x = d.reshape(d.of(input), ...view.shape);
    const { value } = normalize(d, x, (of) => d.mean(of, ...view.channels), options.epsilon);
    return d.toValue(scaleAndShift(d, emission, value, tensors, view.vector), input);
  },
};
