import { CodedError } from '../../util/errors.js';
import { glorotUniform, zeros } from '../initializers.js';
import type { LayerKind } from './layer-kind.js';

/** y = activation(x · kernel + bias), kernel [in, out]. */
export const dense: LayerKind<'dense'> = {
  kind: 'dense',
  plan: ({ name, units }, inputShape) => {
    if (!Number.isSafeInteger(units) || units < 1) {
      throw new CodedError('model/bad-layer', `units is ${units}.`, { hint: 'It must be a whole number from 1 up.' });
    }
    if (inputShape.length !== 1) {
      throw new CodedError(
        'model/bad-shape',
        `A dense layer takes a vector, its input is [${inputShape.join(', ')}].`,
        {
          hint: 'Put a flatten layer before it.',
        },
      );
    }
    const [inputs] = inputShape;
    return {
      outputShape: [units],
      tensors: [
        { name: `${name}/kernel`, shape: [inputs, units], role: 'weight', initializer: glorotUniform },
        { name: `${name}/bias`, shape: [units], role: 'weight', initializer: zeros },
      ],
      flops: 2 * inputs * units,
    };
  },
};
