import type { LayerName } from '../../../models/network.js';
import { blockedConv2d } from './conv2d.js';
import { blockedDepthwiseConv2d } from './depthwise-conv2d.js';
import { blockedGlobalAveragePooling2d } from './global-average-pooling2d.js';
import { blockedMaxPooling2d } from './max-pooling2d.js';
import type { FastEmitter } from '../layers/emitter.js';
import type { ChannelBlock } from '../tape.js';

/** The layers that have a form by the runtime's blocked kernels. */
export const blockedEmitters = (block: ChannelBlock): { readonly [K in LayerName]?: FastEmitter<K> } => ({
  conv2d: blockedConv2d(block),
  depthwiseConv2d: blockedDepthwiseConv2d(block),
  globalAveragePooling2d: blockedGlobalAveragePooling2d(block),
  maxPooling2d: blockedMaxPooling2d(block),
});
