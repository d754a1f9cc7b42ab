import type { Normalization } from '../../../models/blocks/normalization.js';
import type { Layer } from '../../../models/network.js';
import type { PlugIn } from '../../../util/registry.js';

/** Where a block stands in a network, and how large it is. */
export interface BlockPlace {
  /** Of its last layer; the others are called `name/…`. */
  readonly name: string;
  /** The layer whose value it takes: the one before. */
  readonly input: string;
  /** That come in, a multiple of 8. */
  readonly channels: number;
  /** Channels that it gives, a multiple of 8. */
  readonly filters: number;
  /** Odd. */
  readonly kernelSize: number;
  /** 1, or 2: half as many rows and columns. */
  readonly strides: number;
  readonly normalization: Normalization;
}

/** A kind of block that networks are made of. It never costs less with a larger kernel or more channels, in or out. */
export interface Block extends PlugIn {
  readonly paper: string;
  layers(place: BlockPlace): Layer[];
}

/** The input can be added to what a block gives where both have one shape. */
export const keepsShape = ({ channels, filters, strides }: BlockPlace): boolean =>
  strides === 1 && channels === filters;
