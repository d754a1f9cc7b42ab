import { sizeOf } from '../../../params/layout.js';
import { arranged } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

export const channelShuffle: LayerEmitter<'channelShuffle'> = {
  kind: 'channelShuffle',
  emit: (emission, { options: { groups } }, [given]) => {
    const { graph, tape } = emission;
    const input = arranged(emission, given, 'channelsFirst');
    const { shape } = input;
    const channels = shape[shape.length - 1];
    const isImage = shape.length === 3;
    const positions = sizeOf(shape) / channels;
    const tensorShape = isImage ? [channels, shape[0], shape[1]] : shape;
    // [rows, before, first, second, after] with the channels as the two in the middle.
    const [before, after] = isImage ? [1, positions] : [positions, 1];
    const exchanged = (value: string, first: number, second: number): string =>
      graph.reshape(
        graph.transpose(graph.reshape(value, -1, before, first, second, after), 0, 1, 3, 2, 4),
        -1,
        ...tensorShape,
      );
    const name = exchanged(input.name, groups, channels / groups);
    tape.record(name, (gradient) => tape.accumulate(input, exchanged(gradient, channels / groups, groups)));
    return { ...input, name };
  },
};
