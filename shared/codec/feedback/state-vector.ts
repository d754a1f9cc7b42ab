import { CodedError } from '../../util/errors.js';
import type { CodecState } from '../codec.js';

/**
 * A float32 vector of a state; undefined where it isn't there yet.
 * @throws CodedError `params/layout-mismatch` for one of another length or type
 */
export const floatsOfState = (state: CodecState, name: string, length: number): Float32Array | undefined => {
  const vector = state[name];
  if (vector === undefined) return undefined;
  if (vector instanceof Float32Array && vector.length === length) return vector;
  throw new CodedError('params/layout-mismatch', `The state's '${name}' has ${vector.length} numbers.`, {
    hint: `The codec needs ${length} of type float32.`,
  });
};
