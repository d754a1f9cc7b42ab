import type { CompiledNetwork } from '../models/network.js';
import { CodedError } from '../util/errors.js';

/** What is known of a model before anything is computed. */
export interface Foreseen {
  /** Null where it follows from what a step finds. */
  readonly network: CompiledNetwork | null;
  readonly isQuantized: boolean;
}

/** @throws CodedError `compression/impossible` where the model is quantized: training takes weights off their grids */
export const foreseeTraining = ({ network, isQuantized }: Foreseen): void => {
  if (!isQuantized) return;
  throw new CodedError('compression/impossible', 'The model is quantized, and training would undo it.', {
    ...(network === null ? {} : { where: `network '${network.network.name}'` }),
    hint: 'Train first, then quantize; or take qat, which trains with quantized weights.',
  });
};
