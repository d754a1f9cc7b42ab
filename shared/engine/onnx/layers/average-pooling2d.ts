import { poolingWindow, type WindowAxis } from '../../../models/layers/window.js';
import { arranged, scaled } from '../arrange.js';
import { integers } from '../graph.js';
import type { Value } from '../tape.js';
import { scatter } from './convolution.js';
import type { LayerEmitter } from './emitter.js';

/** How many values each position of a window's way sees: zeros of the padding do not count. */
const countsOf = ({ output, stride, size, before, input }: WindowAxis): number[] =>
  Array.from({ length: output }, (_, i) => {
    const start = i * stride - before;
    return Math.min(start + size, input) - Math.max(start, 0);
  });

export const averagePooling2d: LayerEmitter<'averagePooling2d'> = {
  kind: 'averagePooling2d',
  emit: (emission, { options, outputShape }, [given]) => {
    const { graph, tape } = emission;
    const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
    const window = poolingWindow(input.shape, options);
    const [vertical, horizontal] = window;
    const name = graph.op('AveragePool', [input.name], {
      kernel_shape: integers(vertical.size, horizontal.size),
      strides: integers(vertical.stride, horizontal.stride),
      pads: integers(vertical.before, horizontal.before, vertical.after, horizontal.after),
    });
    const output: Value = { ...input, name, shape: outputShape };
    tape.record(name, (gradient) => {
      if (!input.needsGradient) return;
      const [height, width, channels] = outputShape;
      const parts = countsOf(vertical).flatMap((rows) => countsOf(horizontal).map((columns) => 1 / (rows * columns)));
      const each = graph.op('Mul', [gradient, graph.floats([1, 1, height, width], parts)]);
      const ones = Array.from({ length: vertical.size * horizontal.size }, () => 1);
      const kernel = graph.floats([1, 1, vertical.size, horizontal.size], ones);
      // Every channel of every row is an image of its own: one kernel serves all.
      const images = scatter(graph, { window, groups: 1 }, graph.reshape(each, -1, 1, height, width), kernel);
      tape.accumulate(input, graph.reshape(images, -1, channels, vertical.input, horizontal.input));
    });
    return output;
  },
};
