import type { RandomStream } from '../util/random.js';

/**
 * `count` different positions below `length`, ascending, all sets equally likely. Part of the payload format: draws
 * `below(length)` until enough different ones came; where more than half are wanted, those left out are drawn.
 */
export const randomPositions = (random: RandomStream, count: number, length: number): Uint32Array => {
  const drawn = Math.min(count, length - count);
  const marks = new Uint8Array(length);
  for (let left = drawn; left > 0;) {
    const position = random.below(length);
    if (marks[position] === 1) continue;
    marks[position] = 1;
    left--;
  }
  const wanted = drawn === count ? 1 : 0;
  const positions = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (marks[i] === wanted) positions[at++] = i;
  return positions;
};
