import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';

/** Pruning trains, and trained weights leave the grid of a quantized tensor. @throws CodedError `compression/impossible` */
export const requireFloat = ({ quantization, network }: CompressedModel): void => {
  if (quantization === null) return;
  throw new CodedError('compression/impossible', 'The model is quantized already.', {
    where: `network '${network.network.name}'`,
    hint: 'Prune first, then quantize.',
  });
};
