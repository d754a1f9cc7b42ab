import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import { bytesOf } from '../params/parameters.js';
import { CodedError } from '../util/errors.js';
import { RandomStream } from '../util/random.js';
import { sizeOf } from '../params/layout.js';
import type { Dataset, Examples } from './dataset.js';

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);

/** A pool in two parts: indices into the training examples, ascending. */
export interface PublicDraw {
  readonly pool: Int32Array;
  readonly publicExamples: Int32Array;
}

/**
 * Takes the public examples out of what would be dealt, every set of that size equally likely.
 * @param pool ascending indices
 * @param count how many, a whole number from 1
 * @throws CodedError `data/impossible-split` where no example would be left to deal
 */
export const drawPublic = (pool: Int32Array, count: number, seed: number): PublicDraw => {
  if (count >= pool.length) {
    throw new CodedError(
      'data/impossible-split',
      `${count} public examples of ${pool.length} leave the clients none of their own.`,
      { where: 'dataset.public.examples', hint: `It must be less than ${pool.length}.` },
    );
  }
  const order = new RandomStream({ seed, purpose: 'public' }).shuffle(pool.slice());
  return { pool: order.slice(count).sort(), publicExamples: order.slice(0, count).sort() };
};

/**
 * The public examples by themselves. Every label is 0: nobody has the true ones, so nothing can be learnt from them.
 * @param indices into the training examples
 */
export const publicSetOf = ({ train, inputShape }: Dataset, indices: Int32Array): Examples => {
  const size = sizeOf(inputShape);
  const Values = train.inputs.constructor as new (length: number) => Examples['inputs'];
  const inputs = new Values(indices.length * size);
  indices.forEach((index, row) => inputs.set(train.inputs.subarray(index * size, (index + 1) * size), row * size));
  return { count: indices.length, inputs, labels: new Uint8Array(indices.length) };
};

/** The raw values of the examples as they travel, compressed by DEFLATE (RFC 1951): one byte a pixel of an image. */
export const encodePublicSet = ({ inputs }: Examples): Promise<Uint8Array> => compress(bytesOf(inputs), { level: 9 });

const hint = 'Coordinator and host must have the same version and the same files of the dataset.';

/**
 * Checks that a payload holds the public examples, all of them and no others.
 * @throws CodedError `client/bad-public-set`
 */
export const requirePublicSet = (payload: Uint8Array, { inputs }: Examples): void => {
  const expected = bytesOf(inputs);
  let values: Uint8Array;
  try {
    // One byte more than is right, so that what is longer is noticed and never unpacked whole.
    values = inflateRawSync(payload, { maxOutputLength: expected.length + 1 });
  } catch (cause) {
    throw new CodedError('client/bad-public-set', 'The public examples of a task cannot be unpacked.', { hint, cause });
  }
  if (Buffer.compare(values, expected) !== 0) {
    throw new CodedError('client/bad-public-set', 'A task brought other public examples than the scenario has.', {
      hint,
    });
  }
};
