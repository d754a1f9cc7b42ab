import { compileNetwork } from '../../models/compile.js';
import { initialize } from '../../models/initialize.js';
import type { CompiledNetwork } from '../../models/network.js';
import { RandomStream } from '../../util/random.js';
import { uncompressed } from '../model.js';
import { encodeCompact } from '../storage/compact-file.js';
import { networkOf, type Architecture, type Frame } from './architecture.js';

/** A network of the space and what it costs. */
export interface Priced {
  readonly architecture: Architecture;
  readonly network: CompiledNetwork;
  /** Forward FLOPs of one example. */
  readonly flops: number;
  readonly parameters: number;
}

/** What a network may cost; null: anything. */
export interface Budget {
  /** Forward FLOPs of one example. */
  readonly maxFlops: number | null;
  /** Bytes of the compact model file, not compressed any further. */
  readonly maxBytes: number | null;
}

export const priced = (architecture: Architecture, frame: Frame): Priced => {
  const network = compileNetwork(networkOf(architecture, frame));
  return { architecture, network, flops: network.flops, parameters: network.layout.floats };
};

/** Bytes of the compact model file of a network, with weights in which there is nothing to save, as in trained ones. */
export const storedBytesOf = (network: CompiledNetwork): number => {
  const parameters = initialize(network, 0);
  const stream = new RandomStream({ seed: 0, purpose: 'search/stored-bytes' });
  const words = stream.fill(new Uint32Array(parameters.floats.length));
  parameters.floats.forEach((_, i, floats) => (floats[i] = words[i] * 2 ** -31 - 1));
  return encodeCompact(uncompressed(network, parameters)).length;
};

export const isWithin = ({ network, flops }: Priced, { maxFlops, maxBytes }: Budget): boolean =>
  (maxFlops === null || flops <= maxFlops) && (maxBytes === null || storedBytesOf(network) <= maxBytes);
