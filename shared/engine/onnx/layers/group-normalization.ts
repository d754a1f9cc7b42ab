import { sizeOf } from '../../../params/layout.js';
import { arranged, scaled } from '../arrange.js';
import { channelSums } from './convolution.js';
import type { LayerEmitter } from './emitter.js';
import { normalize } from './normalization.js';

/** With the channels first a group's values lie together: [rows, groups, channels of a group · positions]. */
export const groupNormalization: LayerEmitter<'groupNormalization'> = {
  kind: 'groupNormalization',
  emit: (emission, { options, tensors }, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const { shape } = given;
    const channels = shape[shape.length - 1];
    const positions = sizeOf(shape) / channels;
    const isText = shape.length === 2;
    const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
    // A text has its channels last: then a group's values are gathered from all positions.
    const [view, axes] = isText
      ? [
          [-1, positions, options.groups, channels / options.groups],
          [1, 3],
        ]
      : [[-1, options.groups, (channels * positions) / options.groups], [2]];
    const channelView = isText ? [-1, positions, channels] : [-1, channels, positions];
    const vectorView = isText ? [1, 1, channels] : [1, channels, 1];
    const original = isText || shape.length === 1 ? shape : [channels, ...shape.slice(0, -1)];
    const gamma = graph.reshape(parameter(tensors['gamma']), ...vectorView);
    const beta = graph.reshape(parameter(tensors['beta']), ...vectorView);
    const normalized = normalize(graph, graph.reshape(input.name, ...view), axes, options.epsilon);
    const byChannel = graph.reshape(normalized.name, ...channelView);
    const name = graph.reshape(graph.op('Add', [graph.op('Mul', [byChannel, gamma]), beta]), -1, ...original);
    tape.record(name, (given, updates) => {
      const gradient = graph.reshape(given, ...channelView);
      const sums = (value: string, tensor: string): void => {
        if (isText) updates.rowSum(tensors[tensor], graph.reshape(value, -1, channels), rows * positions);
        else updates.whole(tensors[tensor], channelSums(graph, value, rows, channels, positions));
      };
      sums(graph.op('Mul', [gradient, byChannel]), 'gamma');
      sums(gradient, 'beta');
      if (!input.needsGradient) return;
      const scaledGradient = graph.reshape(graph.op('Mul', [gradient, gamma]), ...view);
      tape.accumulate(input, graph.reshape(normalized.backward(scaledGradient), -1, ...original));
    });
    return { ...input, name, needsGradient: true };
  },
};
