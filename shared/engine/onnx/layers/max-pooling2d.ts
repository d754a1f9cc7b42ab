import { poolingWindow, type Window } from '../../../models/layers/window.js';
import { arranged, scaled } from '../arrange.js';
import { float, integers, type GraphBuilder } from '../graph.js';
import type { Value } from '../tape.js';
import { steepest } from './activation.js';
import { scatter } from './convolution.js';
import type { LayerEmitter } from './emitter.js';

/** Less than any value that a network gives. */
const lowest = -3.4e38;

/**
 * The gradient of a maximum for each of the values it was taken of: the first that equals it gets all.
 * @param values of one shape. @param largest their maximum. @param gradient with respect to it
 */
export const routed = (graph: GraphBuilder, values: readonly string[], largest: string, gradient: string): string[] => {
  let rest = gradient;
  return values.map((value, i) => {
    if (i === values.length - 1) return rest;
    const below = graph.op('Sub', [value, largest]);
    // Any difference below 0 is cut off at 0.
    const isLargest = graph.op('HardSigmoid', [below], { alpha: float(steepest), beta: float(1) });
    const taken = graph.op('Mul', [isLargest, rest]);
    rest = graph.op('Sub', [rest, taken]);
    return taken;
  });
};

/** What each tap of the windows sees, row after row: images of the output's size. */
const tapsOf = (graph: GraphBuilder, input: string, window: Window): string[] => {
  const [vertical, horizontal] = window;
  const isPadded = window.some(({ before, after }) => before + after > 0);
  const image = isPadded
    ? graph.op('Pad', [
        input,
        graph.vector(0, 0, vertical.before, horizontal.before, 0, 0, vertical.after, horizontal.after),
        graph.number(lowest),
      ])
    : input;
  const strides = graph.vector(...window.map(({ stride }) => stride));
  const taps: string[] = [];
  for (let row = 0; row < vertical.size; row++) {
    for (let column = 0; column < horizontal.size; column++) {
      const ends = [
        row + (vertical.output - 1) * vertical.stride + 1,
        column + (horizontal.output - 1) * horizontal.stride + 1,
      ];
      taps.push(
        graph.op('Slice', [image, graph.vector(row, column), graph.vector(...ends), graph.vector(2, 3), strides]),
      );
    }
  }
  return taps;
};

/** Kernels [taps, 1, kh, kw] that put the value of each tap into its place. */
const places = (graph: GraphBuilder, [vertical, horizontal]: Window): string => {
  const taps = vertical.size * horizontal.size;
  const values = Array.from({ length: taps * taps }, (_, i) => (i % (taps + 1) === 0 ? 1 : 0));
  return graph.floats([taps, 1, vertical.size, horizontal.size], values);
};

/** The largest of each window. In training its gradient is dealt to the taps, and their parts are put in place. */
export const maxPooling2d: LayerEmitter<'maxPooling2d'> = {
  kind: 'maxPooling2d',
  emit: (emission, { options, outputShape }, [given]) => {
    const { graph, tape, rows } = emission;
    const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
    const window = poolingWindow(input.shape, options);
    const [vertical, horizontal] = window;
    const name = graph.op('MaxPool', [input.name], {
      kernel_shape: integers(vertical.size, horizontal.size),
      strides: integers(vertical.stride, horizontal.stride),
      pads: integers(vertical.before, horizontal.before, vertical.after, horizontal.after),
    });
    const output: Value = { ...input, name, shape: outputShape };
    tape.record(name, (gradient) => {
      if (!input.needsGradient) return;
      const [height, width, channels] = outputShape;
      // Every channel of every row is an image of its own: one kernel serves all.
      const parts = routed(graph, tapsOf(graph, input.name, window), name, gradient).map((part) =>
        graph.reshape(part, rows * channels, 1, height, width),
      );
      const images = scatter(graph, { window, groups: 1 }, graph.concat(parts, 1), places(graph, window));
      tape.accumulate(input, graph.reshape(images, rows, channels, vertical.input, horizontal.input));
    });
    return output;
  },
};
