import { convolutionWindow } from '../../models/layers/window.js';
import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import type { Parameters } from '../../params/parameters.js';
import { sizeOf } from '../../params/layout.js';
import type { RandomStream } from '../../util/random.js';
import type { Workbench } from '../workbench.js';
import type { Consumer } from './consumers.js';

/** Examples, and at which positions of each a layer is looked at. */
export interface Sampling {
  readonly indices: Int32Array;
  /** Positions of the output, the same number for each example. */
  readonly positions: Int32Array;
  /** examples · positions an example */
  readonly rows: number;
}

const positionsOf = ({ outputShape }: Consumer): number => sizeOf(outputShape.slice(0, -1));

/** Positions of one example that are looked at, at most. */
const positionsAnExample = 10;

/** About as many rows as are wanted, of examples drawn without repetition. */
export const sampleRows = (layer: Consumer, wanted: number, pool: Int32Array, stream: RandomStream): Sampling => {
  const all = positionsOf(layer);
  const each = Math.min(all, positionsAnExample);
  const indices = stream.shuffle(pool.slice()).slice(0, Math.max(1, Math.ceil(wanted / each)));
  const rows = indices.length * each;
  return { indices, rows, positions: Int32Array.from({ length: rows }, () => (all === 1 ? 0 : stream.below(all))) };
};

/** The inputs of a window of an image, in the order of a kernel: [height, width, channels], zeros outside. */
const windowAt = (layer: PlacedLayer<'conv2d'>) => {
  const [vertical, horizontal] = convolutionWindow(layer.inputShapes[0], layer.options);
  const [, width, channels] = layer.inputShapes[0];
  return (image: Float32Array, position: number, out: Float64Array): void => {
    const [y, x] = [Math.floor(position / horizontal.output), position % horizontal.output];
    let at = 0;
    for (let i = 0; i < vertical.size; i++) {
      const row = y * vertical.stride - vertical.before + i * vertical.dilation;
      for (let j = 0; j < horizontal.size; j++, at += channels) {
        const column = x * horizontal.stride - horizontal.before + j * horizontal.dilation;
        const isInside = row >= 0 && row < vertical.input && column >= 0 && column < horizontal.input;
        if (!isInside) continue;
        const from = (row * width + column) * channels;
        out.set(image.subarray(from, from + channels), at);
      }
    }
  };
};

/** The inputs that a row of the layer's kernel is multiplied with, [rows, inputs]; those of a kernel are all but its last extent. */
export const sampledInputs = async (
  layer: Consumer,
  { indices, positions, rows }: Sampling,
  model: { readonly network: CompiledNetwork; readonly parameters: Parameters },
  bench: Workbench,
): Promise<Float64Array> => {
  const values = await bench.predict(model, indices, layer.from[0]);
  const [shape] = layer.inputShapes;
  const [size, channels] = [sizeOf(shape), shape[shape.length - 1]];
  const inputs = layer.kind === 'dense' ? channels : sizeOf(layer.options.kernelSize) * channels;
  const each = rows / indices.length;
  const out = new Float64Array(rows * inputs);
  const window = layer.kind === 'conv2d' ? windowAt(layer) : null;
  for (let row = 0; row < rows; row++) {
    const example = Math.floor(row / each);
    const own = values.subarray(example * size, (example + 1) * size);
    const into = out.subarray(row * inputs, (row + 1) * inputs);
    if (window === null) into.set(own.subarray(positions[row] * channels, (positions[row] + 1) * channels));
    else window(own, positions[row], into);
  }
  return out;
};
