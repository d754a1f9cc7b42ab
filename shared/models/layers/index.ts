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
import { flatten } from './flatten.js';
import { globalAveragePooling2d } from './global-average-pooling2d.js';
import { groupNormalization } from './group-normalization.js';
import { lastPosition } from './last-position.js';
import { layerNormalization } from './layer-normalization.js';
import { maxPooling2d } from './max-pooling2d.js';
import { reshape } from './reshape.js';
import { separableConv2d } from './separable-conv2d.js';
import { shift } from './shift.js';

/** Every kind of layer that engines compute, by its name. */
export const layerKinds = {
  dense,
  conv2d,
  depthwiseConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  batchNormalization,
  groupNormalization,
  layerNormalization,
  activation,
  dropout,
  flatten,
  reshape,
  add,
  concatenate,
  channelShuffle,
  shift,
  embedding,
  causalSelfAttention,
  lastPosition,
};

/** Every layer that stands for others. */
export const layerMacros = { separableConv2d };
