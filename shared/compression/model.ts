import type { CompiledNetwork } from '../models/network.js';
import type { Parameters } from '../params/parameters.js';

/**
 * The numbers that a tensor's values can be: scale · (q − zeroPoint) with q a whole number from `least` to `most`. Zero is
 * one of them exactly.
 */
export interface Grid {
  /** 2 to 8. */
  readonly bits: number;
  readonly least: number;
  readonly most: number;
  /** One for the whole tensor, or one for each output channel: the last extent, in a depthwise kernel the last two. */
  readonly scales: Float32Array;
  /** As many as scales; all 0 where the grid is symmetric. */
  readonly zeroPoints: Int32Array;
}

/** What is stored, or computed, as integers. */
export interface Quantization {
  /** By the tensor's name. The parameters themselves lie on these grids. */
  readonly weights: ReadonlyMap<string, Grid>;
  /** Of what a layer gives, by its name; `input` for the network's. One scale each. Empty: activations are float32. */
  readonly activations: ReadonlyMap<string, Grid>;
}

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
