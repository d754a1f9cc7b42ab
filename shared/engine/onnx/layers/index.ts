import type { LayerName } from '../../../models/network.js';
import { activation } from './activation.js';
import { dense } from './dense.js';
import type { LayerEmitter } from './emitter.js';
import { flatten } from './flatten.js';

/** Every kind of layer in ONNX operators. */
export const layerEmitters: { readonly [K in LayerName]?: LayerEmitter<K> } = { activation, dense, flatten };
