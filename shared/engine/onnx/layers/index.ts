import type { Layer } from '../../../models/network.js';
import { dense } from './dense.js';
import type { LayerEmitter } from './emitter.js';
import { flatten } from './flatten.js';

/** Every kind of layer in ONNX operators. */
export const layerEmitters: { readonly [K in Layer['kind']]: LayerEmitter<K> } = { dense, flatten };
