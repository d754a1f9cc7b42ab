import type { LayerName, PlacedLayer } from '../../../models/network.js';
import type { LayerEmitter } from '../layers/emitter.js';

/** A layer by the runtime's blocked kernels, for the layers that suit them. */
export interface BlockedEmitter<K extends LayerName> extends LayerEmitter<K> {
  /** @param isData whether the layer's input is the examples themselves, whose gradient nobody wants */
  suits(placed: PlacedLayer<K>, isData: boolean): boolean;
}
