import { sizeOf } from '../../../params/layout.js';
import { arranged, scaled } from '../arrange.js';
import { Differentiable } from '../differentiable.js';
import type { Value } from '../tape.js';
import type { LayerEmitter } from './emitter.js';
import { channelView, normalize, scaleAndShift } from './normalization.js';

/** The shape in which a group's values have axes of their own, and which these are. */
const groupView = (rows: number, { shape }: Value, groups: number): [shape: number[], axes: number[]] => {
  const channels = shape[shape.length - 1];
  const positions = sizeOf(shape.slice(0, -1));
  // A text has its channels last: then a group's values are gathered from all positions.
  return shape.length === 2
    ? [
        [rows, positions, groups, channels / groups],
        [1, 3],
      ]
    : [[rows, groups, (channels * positions) / groups], [2]];
};

/** With the channels first, or in blocks of which each is of one group, a group's values lie together. */
export const groupNormalization: LayerEmitter<'groupNormalization'> = {
  kind: 'groupNormalization',
  emit: (emission, { options: { groups, epsilon }, tensors }, [given]) => {
    const { rows, channelBlock } = emission;
    const each = given.shape[given.shape.length - 1] / groups;
    const isTogether = given.arrangement === 'blocked' && each % channelBlock === 0;
    const input = scaled(emission, isTogether ? given : arranged(emission, given, 'channelsFirst'));
    const [shape, axes] = groupView(rows, input, groups);
    const d = new Differentiable(emission);
    const { value } = normalize(d, d.reshape(d.of(input), ...shape), (of) => d.mean(of, ...axes), epsilon);
    const view = channelView(rows, input, channelBlock);
    return d.toValue(scaleAndShift(d, emission, d.reshape(value, ...view.shape), tensors, view.vector), input);
  },
};
