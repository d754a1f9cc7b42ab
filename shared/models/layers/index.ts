import type { Layer } from '../network.js';
import { dense } from './dense.js';
import { flatten } from './flatten.js';
import type { LayerKind } from './layer-kind.js';

/** Every kind of layer by its name. */
export const layerKinds: { readonly [K in Layer['kind']]: LayerKind<K> } = { dense, flatten };
