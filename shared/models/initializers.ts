import { sizeOf } from '../params/layout.js';
import type { RandomStream } from '../util/random.js';

/** Fills a tensor of the given shape with its first values. */
export type Initializer = (values: Float32Array, shape: readonly number[], stream: RandomStream) => void;

export const zeros: Initializer = (values) => void values.fill(0);

export const ones: Initializer = (values) => void values.fill(1);

/** Uniform on ±limit. */
export const uniform =
  (limit: number): Initializer =>
  (values, _shape, stream) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * stream.uniform() - 1) * limit;
  };

export const constant =
  (value: number): Initializer =>
  (values) =>
    void values.fill(value);

/** ±magnitude, either as likely. */
export const signed =
  (magnitude: number): Initializer =>
  (values, _shape, stream) => {
    const words = stream.fill(new Uint32Array(Math.ceil(values.length / 32)));
    for (let i = 0; i < values.length; i++) values[i] = (words[i >>> 5] >>> (i & 31)) & 1 ? magnitude : -magnitude;
  };

/**
 * Uniform on ±√(6 / (fan in + fan out)) (Glorot and Bengio, AISTATS 2010, equation 16), Keras's default for kernels.
 * The last two extents are inputs and outputs, those before them the receptive field.
 */
export const glorotUniform: Initializer = (values, shape, stream) => {
  const [inputs, outputs] = shape.slice(-2);
  const field = sizeOf(shape.slice(0, -2));
  uniform(Math.sqrt(6 / (field * (inputs + outputs))))(values, shape, stream);
};
