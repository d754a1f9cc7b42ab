import type { PlugIn } from '../util/registry.js';
import type { Network } from './network.js';

/** What a dataset asks of a network. */
export interface ModelShape {
  /** Shape of one example: [height, width, channels]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** What a raw value is multiplied by; where it is said, an embedding of scaled values is refused. */
  readonly scale?: number;
}

/** A network of the catalogue. */
export interface Model extends PlugIn {
  /** @param options as a resolved scenario has them; checked against the plug-in's schema */
  build(shape: ModelShape, options: Readonly<Record<string, unknown>>): Network;
}
