import { arranged, scaled } from '../arrange.js';
import { Differentiable } from '../differentiable.js';
import type { LayerEmitter } from './emitter.js';
import { channelView } from './normalization.js';

export const globalAveragePooling2d: LayerEmitter<'globalAveragePooling2d'> = {
  kind: 'globalAveragePooling2d',
  emit: (emission, { outputShape }, [given]) => {
    const d = new Differentiable(emission);
    const isBlocked = given.arrangement === 'blocked';
    const input = scaled(emission, isBlocked ? arranged(emission, given, 'channelsLast') : given);
    const view = channelView(emission.rows, input, emission.channelBlock);
    const mean = d.mean(d.reshape(d.of(input), ...view.shape), ...view.positions);
    return d.toValue(mean, { ...input, shape: outputShape, arrangement: 'channelsLast' });
  },
};
