import type { Grid, Quantization } from '../engine/grid.js';
import type { CompiledNetwork } from '../models/network.js';
import type { Parameters } from '../params/parameters.js';

export type { Grid, Quantization };

/** A model as it goes through a pipeline of model compression. */
export interface CompressedModel {
  readonly network: CompiledNetwork;
  readonly parameters: Parameters;
  /** Layout order: 0 where a parameter was pruned, and is 0, else 1; null: nothing was. */
  readonly mask: Float32Array | null;
  /** Null: all is float32. */
  readonly quantization: Quantization | null;
}

/** As a run leaves it. */
export const uncompressed = (network: CompiledNetwork, parameters: Parameters): CompressedModel => ({
  network,
  parameters,
  mask: null,
  quantization: null,
});
