import { z } from 'zod';
import { channelBlock } from '../../../models/blocks/channels.js';
import { pointwise } from '../../../models/blocks/convolution.js';
import { addRelu } from '../../../models/blocks/residual.js';
import { keepsShape, type Block } from './block.js';

/** Twice the filters, and for each position of the window at least one channel: with fewer, none would move. */
const innerChannels = (filters: number, kernelSize: number): number =>
  Math.max(2 * filters, Math.ceil(kernelSize ** 2 / channelBlock) * channelBlock);

/** ShiftNet's convolution – shift – convolution; the input is added where the shape stays. */
export const shift: Block = {
  name: 'shift',
  summary: '1×1 convolutions with a shift of the channels between them',
  paper: 'Wu et al. 2018, Shift, section 3.2',
  options: z.strictObject({}),
  layers: (place) => {
    const { name, input, filters, kernelSize, strides, normalization } = place;
    const adds = keepsShape(place);
    const last = adds ? `${name}/project` : name;
    return [
      ...pointwise(`${name}/expand`, normalization, { filters: innerChannels(filters, kernelSize) }),
      { kind: 'shift', name: `${name}/shift`, kernelSize },
      ...pointwise(last, normalization, { filters, strides, activation: adds ? 'linear' : 'relu' }),
      ...(adds ? addRelu(name, [last, input]) : []),
    ];
  },
};
