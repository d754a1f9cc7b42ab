import type { LayerName } from '../../../shared/models/network.js';
import { activation } from './activations.js';
import { conv2d, depthwiseConv2d } from './convolution.js';
import { dense } from './dense.js';
import type { ReferenceLayer } from './layer.js';
import { batchNormalization, groupNormalization, layerNormalization } from './normalization.js';
import { averagePooling2d, globalAveragePooling2d, maxPooling2d } from './pooling.js';
import { add, channelShuffle, concatenate, dropout, flatten, reshape, shift } from './shape-layers.js';
import { causalSelfAttention, embedding, lastPosition } from './text.js';

/** Every kind of layer in float64; the type checker asks for a new one. */
export const referenceLayers: { readonly [K in LayerName]: ReferenceLayer<K> } = {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  causalSelfAttention,
  channelShuffle,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  groupNormalization,
  lastPosition,
  layerNormalization,
  maxPooling2d,
  reshape,
  shift,
};
