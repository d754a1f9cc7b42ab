import type { Layer } from '../../../models/network.js';
import { dense } from './dense.js';
import { flatten } from './flatten.js';
import type { LayerRunner } from './runner.js';

/** Every kind of layer in TensorFlow.js operations. */
export const layerRunners: { readonly [K in Layer['kind']]: LayerRunner<K> } = { dense, flatten };
