import { normalized, type ModelFigures } from './figures.js';

/** The character model, 64 wide with four heads of 16, on 80 characters of 90 different ones. */
export const textFigures: readonly ModelFigures[] = [
  {
    model: 'chars',
    inputShape: [80],
    classes: 90,
    layers: [
      [90 * 64 + 80 * 64, 0],
      normalized(64),
      // Queries, keys, values and output; then each query with each key, and the weighted values, for all pairs.
      [4 * (64 * 64 + 64), 80 * 4 * (64 * 64) + 80 * 80 * 64 + 80 * 80 * 64],
      normalized(64),
      [64 * 256 + 256, 80 * 64 * 256],
      [256 * 64 + 64, 80 * 256 * 64],
      normalized(64),
      [64 * 90 + 90, 64 * 90],
    ],
  },
];
