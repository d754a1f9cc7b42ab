import type { LayerName } from '../../../models/network.js';
import { activation } from './activation.js';
import { dense } from './dense.js';
import { flatten } from './flatten.js';
import type { LayerRunner } from './runner.js';

/** Every kind of layer in TensorFlow.js operations. */
export const layerRunners: { readonly [K in LayerName]?: LayerRunner<K> } = { activation, dense, flatten };
