import type { Dataset, Examples } from '../../../shared/data/dataset.js';
import { RandomStream } from '../../../shared/util/random.js';

const side = 12;
const classes = 4;

const patterns = Array.from({ length: classes }, (_, label) => {
  const stream = new RandomStream({ seed: 3, purpose: `pattern/${label}` });
  return Array.from({ length: side * side }, () => (stream.below(3) === 0 ? 170 : 40));
});

const noisy = (count: number, purpose: string): Examples => {
  const stream = new RandomStream({ seed: 4, purpose });
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const inputs = new Uint8Array(count * side * side);
  labels.forEach((label, at) =>
    patterns[label].forEach((value, pixel) => {
      inputs[at * side * side + pixel] = Math.min(255, Math.max(0, Math.round(value + 60 * stream.normal())));
    }),
  );
  return { count, labels, inputs };
};

/** Four noisy patterns of 12 × 12 pixels. */
export const patternDataset = (train = 300, test = 80): Dataset => ({
  name: 'patterns',
  inputShape: [side, side, 1],
  classes,
  scale: 1 / 255,
  train: noisy(train, 'train'),
  test: noisy(test, 'test'),
  fingerprint: 'patterns',
});
