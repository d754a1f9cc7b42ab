import type { Layer } from '../network.js';

/** The end of a convolutional network: the mean of each channel, then one logit a class. */
export const pooledClassifier = (classes: number): Layer[] => [
  { kind: 'globalAveragePooling2d' },
  { kind: 'dense', name: 'logits', units: classes },
];
