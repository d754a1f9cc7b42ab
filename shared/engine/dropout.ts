import { RandomStream } from '../util/random.js';

export interface DropoutDraw {
  /** The task's. */
  readonly seed: number;
  readonly layer: string;
  readonly step: number;
  /** Probability that a value is dropped. */
  readonly rate: number;
}

/** Fills a mask with 1 where a value is kept and 0 where it is dropped: the same draws in every engine. */
export const dropoutMask = ({ seed, layer, step, rate }: DropoutDraw, mask: Uint8Array): void => {
  const stream = new RandomStream({ seed, purpose: `dropout/${layer}/${step}` });
  for (let i = 0; i < mask.length; i++) mask[i] = stream.uniform() < rate ? 0 : 1;
};
