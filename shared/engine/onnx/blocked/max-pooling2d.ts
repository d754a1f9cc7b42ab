import { poolingWindow } from '../../../models/layers/window.js';
import { arranged } from '../arrange.js';
import { integers } from '../graph.js';
import { routed } from '../layers/max-pooling2d.js';
import type { FastEmitter } from '../layers/emitter.js';
import type { ChannelBlock, Value } from '../tape.js';
import { blockedOp, rearrange } from './blocks.js';

/** Max pooling of windows of 2 × 2 side by side: the four values of a window lie in four images of their own. */
export const blockedMaxPooling2d = (block: ChannelBlock): FastEmitter<'maxPooling2d'> => ({
  kind: 'maxPooling2d',
  suits: ({ options, inputShapes }) => {
    const [height, width, channels] = inputShapes[0];
    const windows = poolingWindow(inputShapes[0], options);
    return (
      windows.every(({ size, stride }) => size === 2 && stride === 2) &&
      height % 2 === 0 &&
      width % 2 === 0 &&
      channels % block === 0
    );
  },
  emit: (emission, { outputShape }, [given]) => {
    const { graph, tape, rows } = emission;
    const input = arranged(emission, given, 'blocked');
    const [height, width, channels] = input.shape;
    const name = blockedOp(graph, 'MaxPool', [input.name], {
      kernel_shape: integers(2, 2),
      strides: integers(2, 2),
      pads: integers(0, 0, 0, 0),
    });
    const output: Value = { ...input, name, shape: outputShape };
    tape.record(name, (gradient) => {
      if (!input.needsGradient) return;
      const lines = (rows * channels * height) / block / 2;
      const size = (lines * width * block) / 2;
      const view = [lines, 2, width / 2, 2, block];
      const images = graph.transpose(graph.reshape(input.name, ...view), 1, 3, 0, 2, 4);
      const values = graph.split(graph.reshape(images, 4, size), 4);
      const flat = (value: string): string => graph.reshape(value, 1, size);
      const parts = graph.concat(routed(graph, values, flat(name), flat(gradient)));
      const shape = [rows, channels, height, width];
      tape.accumulate(input, rearrange(graph, parts, [2, 2, lines, width / 2, block], [2, 0, 3, 1, 4], shape));
    });
    return output;
  },
});
