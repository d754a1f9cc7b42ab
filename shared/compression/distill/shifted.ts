import type { Examples } from '../../data/dataset.js';
import type { RandomStream } from '../../util/random.js';

/** The value of [y, x] for an image moved by (down, right); the edge goes on beyond the image. */
const moved = (
  image: Float32Array,
  [height, width, channels]: readonly number[],
  [down, right]: readonly [number, number],
  into: Float32Array,
): void => {
  const inside = (place: number, extent: number): number => Math.min(extent - 1, Math.max(0, place));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (inside(y - down, height) * width + inside(x - right, width)) * channels;
      into.set(image.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
};

/**
 * Each image as it is, and copies of it moved by up to `most` pixels down and right.
 * @param shape of an image: [height, width, channels]; others are copied as they are
 */
export const withShifts = (
  { count, inputs, labels }: Examples,
  shape: readonly number[],
  { copies, most }: { readonly copies: number; readonly most: number },
  stream: RandomStream,
): Examples => {
  if (copies === 0 || shape.length !== 3) return { count, inputs, labels };
  const size = inputs.length / count;
  const each = copies + 1;
  const all = new Float32Array(inputs.length * each);
  for (let i = 0; i < count; i++) {
    const image = Float32Array.from(inputs.subarray(i * size, (i + 1) * size));
    for (let copy = 0; copy < each; copy++) {
      const by = (): number => (copy === 0 ? 0 : stream.below(2 * most + 1) - most);
      const at = (i * each + copy) * size;
      moved(image, shape, [by(), by()], all.subarray(at, at + size));
    }
  }
  return {
    count: count * each,
    inputs: all,
    labels: Uint8Array.from({ length: count * each }, (_, i) => labels[Math.floor(i / each)]),
  };
};
