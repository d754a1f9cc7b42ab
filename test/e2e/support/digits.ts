import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../../shared/util/random.js';
import { idxBytes } from '../../data/idx-files.js';

const side = 10;
const classes = 10;

/** Pixels of one class: a fixed random pattern that noise is put on. */
const patternsOf = (seed: number): number[][] => {
  const stream = new RandomStream({ seed, purpose: 'patterns' });
  return Array.from({ length: classes }, () =>
    Array.from({ length: side * side }, () => (stream.below(4) === 0 ? 160 : 40)),
  );
};

const half = (count: number, purpose: string, patterns: readonly number[][]) => {
  const stream = new RandomStream({ seed: 1, purpose });
  const labels = Uint8Array.from({ length: count }, (_, at) => at % classes);
  const pixels = new Uint8Array(count * side * side);
  labels.forEach((label, at) => {
    patterns[label].forEach((value, pixel) => {
      pixels[at * side * side + pixel] = Math.max(0, Math.min(255, Math.round(value + 50 * stream.normal())));
    });
  });
  return { labels, pixels };
};

/** Writes a small dataset of ten noisy patterns, 10 × 10 pixels, as the four IDX files. */
export const writeDigits = (folder: string, { train, test }: { train: number; test: number }): void => {
  const patterns = patternsOf(1);
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const { labels, pixels } = half(count, part, patterns);
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idxBytes([count, side, side], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idxBytes([count], labels));
  }
};
