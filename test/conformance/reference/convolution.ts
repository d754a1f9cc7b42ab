import { convolutionWindow, type Window } from '../../../shared/models/layers/window.js';
import { activate } from './activations.js';
import { image, type ReferenceLayer } from './layer.js';

/** Σ over the taps of a window whose position lies on the image: `at` is its number there, row after row. */
const sumOverTaps = (
  [vertical, horizontal]: Window,
  [height, width]: readonly number[],
  [y, x]: readonly [number, number],
  term: (at: number, tap: number) => number,
): number => {
  let sum = 0;
  for (let i = 0; i < vertical.size; i++) {
    const inputY = y * vertical.stride - vertical.before + i * vertical.dilation;
    if (inputY < 0 || inputY >= height) continue;
    for (let j = 0; j < horizontal.size; j++) {
      const inputX = x * horizontal.stride - horizontal.before + j * horizontal.dilation;
      if (inputX < 0 || inputX >= width) continue;
      sum += term(inputY * width + inputX, i * horizontal.size + j);
    }
  }
  return sum;
};

/** Kernel [height, width, channels / groups, filters]; filter f sees the channels of group ⌊f / (filters / groups)⌋. */
export const conv2d: ReferenceLayer<'conv2d'> = ({ parameter }, placed, [rows]) => {
  const { options, tensors, inputShapes, outputShape } = placed;
  const { groups, filters, useBias, activation } = options;
  const [shape] = inputShapes;
  const window = convolutionWindow(shape, options);
  const seen = shape[2] / groups;
  const kernel = parameter(tensors['kernel']);
  const bias = useBias ? parameter(tensors['bias']) : null;
  const convolved = rows.map((row) =>
    image(outputShape, (y, x, filter) => {
      const first = Math.floor(filter / (filters / groups)) * seen;
      const sum = sumOverTaps(window, shape, [y, x], (at, tap) => {
        let part = 0;
        for (let c = 0; c < seen; c++) {
          part += row[at * shape[2] + first + c] * kernel[(tap * seen + c) * filters + filter];
        }
        return part;
      });
      return sum + (bias === null ? 0 : bias[filter]);
    }),
  );
  return activate(activation, convolved, filters);
};

/** Kernel [height, width, channels, multiplier]; output channel c · multiplier + m comes from channel c. */
export const depthwiseConv2d: ReferenceLayer<'depthwiseConv2d'> = ({ parameter }, placed, [rows]) => {
  const { options, tensors, inputShapes, outputShape } = placed;
  const { depthMultiplier, useBias, activation } = options;
  const [shape] = inputShapes;
  const window = convolutionWindow(shape, options);
  const outputs = outputShape[2];
  const kernel = parameter(tensors['kernel']);
  const bias = useBias ? parameter(tensors['bias']) : null;
  const convolved = rows.map((row) =>
    image(outputShape, (y, x, output) => {
      const channel = Math.floor(output / depthMultiplier);
      const sum = sumOverTaps(
        window,
        shape,
        [y, x],
        (at, tap) => row[at * shape[2] + channel] * kernel[tap * outputs + output],
      );
      return sum + (bias === null ? 0 : bias[output]);
    }),
  );
  return activate(activation, convolved, outputs);
};
