import type { Examples } from '../../shared/data/dataset.js';
import type { TrainingTask } from '../../shared/engine/engine.js';
import { initialize } from '../../shared/models/initialize.js';
import type { CompiledNetwork } from '../../shared/models/network.js';
import { sizeOf } from '../../shared/params/layout.js';
import { RandomStream } from '../../shared/util/random.js';

/** What inputs are: bytes 0 … 255, floats around 0, or the numbers of tokens. */
export type InputForm = 'bytes' | 'floats' | { readonly tokens: number };

export interface InputOptions {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly form: InputForm;
  readonly count: number;
}

const draw = (form: InputForm, stream: RandomStream, isBright: boolean): number => {
  if (form === 'bytes') return (isBright ? 128 : 0) + stream.below(128);
  if (form === 'floats') return stream.normal() + (isBright ? 1 : 0);
  return stream.below(form.tokens);
};

/** Examples with a learnable rule: in bytes and floats the values at every `classes`-th place are larger. */
export const makeInputs = ({ inputShape, classes, form, count }: InputOptions): Examples => {
  const stream = new RandomStream({ seed: 11, purpose: 'examples' });
  const size = sizeOf(inputShape);
  const labels = Uint8Array.from({ length: count }, () => stream.below(classes));
  const inputs = form === 'floats' ? new Float32Array(count * size) : new Uint8Array(count * size);
  for (let i = 0; i < inputs.length; i++) inputs[i] = draw(form, stream, i % classes === labels[Math.floor(i / size)]);
  return { count, inputs, labels };
};

/** What a model makes of a raw value: bytes become 0 … 1. */
export const scaleOf = (form: InputForm): number => (form === 'bytes' ? Math.fround(1 / 255) : 1);

/**
 * Parameters at which no value of a network is special: no zeros, no ones, no equal values; variances positive.
 * @param spread how far they are moved from the initial ones
 */
export const makeParameters = (network: CompiledNetwork, seed = 5, spread = 0.2): Float32Array => {
  const { floats } = initialize(network, seed);
  for (const { name, role, offset, size } of network.layout.tensors) {
    const stream = new RandomStream({ seed, purpose: `move/${name}` });
    for (let i = offset; i < offset + size; i++) {
      if (role === 'step') floats[i] *= 0.5 + stream.uniform();
      else floats[i] += role === 'buffer' ? 0.5 * stream.uniform() : spread * stream.normal();
    }
  }
  return floats;
};

export interface TaskOptions {
  readonly parameters: Float32Array;
  readonly batchSize: number;
  /** How many rows of each batch count. */
  readonly sizes: readonly number[];
  readonly learningRate: number;
  readonly count: number;
}

/** Batches in order of the examples. */
export const makeBatches = ({ parameters, batchSize, sizes, learningRate, count }: TaskOptions): TrainingTask => {
  const rows = sizes.length * batchSize;
  return {
    parameters,
    indices: Int32Array.from({ length: rows }, (_, i) => (i * 31) % count),
    weights: Float32Array.from({ length: rows }, (_, i) => {
      const used = sizes[Math.floor(i / batchSize)];
      return i % batchSize < used ? 1 / used : 0;
    }),
    steps: sizes.length,
    learningRate,
  };
};
