import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { RandomStream } from '../../util/random.js';
import { checkClient } from '../deal/dealt.js';
import { partitionFingerprint } from '../fingerprint.js';
import type { PartitionPlugIn } from '../plug-ins.js';

const options = z.strictObject({
  samples: z.int().min(1).describe('examples of each client, from 1 to the number of training examples'),
});

/**
 * Different numbers from 0 … n − 1, every set equally likely, in time proportional to how many are wanted
 * (Floyd's algorithm: Bentley, "Programming pearls: a sample of brilliance", 1987).
 */
const sample = (n: number, wanted: number, stream: RandomStream): Int32Array => {
  const chosen = new Set<number>();
  for (let last = n - wanted; last < n; last++) {
    const candidate = stream.below(last + 1);
    chosen.add(chosen.has(candidate) ? last : candidate);
  }
  return Int32Array.from(chosen);
};

/**
 * Every client draws a sample of its own from the whole pool, without repeats within it; samples of two clients may
 * overlap. A client is made when it is asked for, so a population may be far larger than the dataset.
 */
export const draw: PartitionPlugIn = {
  name: 'draw',
  summary: 'each client draws its own sample from all examples, overlaps allowed: for populations of any size',
  options,
  shorthand: 'samples',
  deal: ({ labels, pool, clients, seed, options: given }) => {
    const { samples } = options.parse(given);
    const examples = labels.length;
    if (samples > examples) {
      throw new CodedError(
        'data/impossible-partition',
        `draw cannot take ${samples} different examples for each client from ${examples}.`,
        { where: 'dataset.partition', hint: `Set samples to at most ${examples}.` },
      );
    }
    return {
      clients,
      size: (client) => {
        checkClient(client, clients);
        return samples;
      },
      indices: (client) => {
        checkClient(client, clients);
        const drawn = sample(examples, samples, new RandomStream({ seed, purpose: 'partition/draw', client }));
        return pool === null ? drawn : drawn.map((at) => pool[at]);
      },
      get fingerprint() {
        return partitionFingerprint({ kind: 'draw', clients, examples, samples, seed }, pool === null ? [] : [pool]);
      },
    };
  },
};
