import type { LayerName } from '../../../models/network.js';
import { activation } from './activation.js';
import { add } from './add.js';
import { averagePooling2d } from './average-pooling2d.js';
import { batchNormalization } from './batch-normalization.js';
import { causalSelfAttention } from './causal-self-attention.js';
import { channelShuffle } from './channel-shuffle.js';
import { concatenate } from './concatenate.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';
import { dropout } from './dropout.js';
import { embedding } from './embedding.js';
import type { LayerRunner } from './runner.js';
import { flatten } from './flatten.js';
import { globalAveragePooling2d } from './global-average-pooling2d.js';
import { groupNormalization } from './group-normalization.js';
import { lastPosition } from './last-position.js';
import { layerNormalization } from './layer-normalization.js';
import { maxPooling2d } from './max-pooling2d.js';
import { reshape } from './reshape.js';
import { shift } from './shift.js';

/** Every kind of layer in TensorFlow.js operations. */
export const layerRunners: { readonly [K in LayerName]: LayerRunner<K> } = {
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
