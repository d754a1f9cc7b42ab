import { sizeOf } from '../../params/layout.js';
import type { LayerKind } from './layer-kind.js';

/** All values of an example in one row, in the order they are stored: [h, w, c] → [h·w·c]. */
export const flatten: LayerKind<'flatten'> = {
  kind: 'flatten',
  plan: (_layer, inputShape) => ({ outputShape: [sizeOf(inputShape)], tensors: [], flops: 0 }),
};
