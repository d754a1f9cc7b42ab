import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Foreseen } from '../foreseen.js';

const refuse = (network: Foreseen['network']): never => {
  throw new CodedError('compression/impossible', 'The model is quantized already.', {
    ...(network === null ? {} : { where: `network '${network.network.name}'` }),
    hint: 'Prune first, then quantize.',
  });
};

/** Pruning trains, and trained weights leave the grid of a quantized tensor. @throws CodedError `compression/impossible` */
export const requireFloat = ({ quantization, network }: CompressedModel): void => {
  if (quantization !== null) refuse(network);
};

/** The same, before there is a model. @throws CodedError `compression/impossible` */
export const foreseeFloat = ({ isQuantized, network }: Foreseen): void => {
  if (isQuantized) refuse(network);
};
