import { z } from 'zod';
import { accuracyLayers } from '../compressed/plots/accuracy-layers.js';
import { formatBytes, formatPercent, formatRatio } from '../format.js';
import { summarizeCases } from '../summarize.js';
import type { Plot } from './plot.js';
import { config, size } from './theme.js';
import { subtitle } from './words.js';

export const compressedModels: Plot = {
  name: 'compressed-models',
  summary: 'accuracy of the cases’ compressed models against their stored bytes',
  caption:
    'Test accuracy of each case’s model at the end of its compression against the bytes of its compact model file, with ' +
    'indices, scales and tables; medians over runs. Further left is smaller, higher is better.',
  options: z.strictObject({}),
  draw: (model) => {
    const points = summarizeCases(model).flatMap(({ label, compressed }) => {
      if (compressed === null) return [];
      const { accuracy, storedBytes, ratio } = compressed;
      const about = [
        label,
        `accuracy ${formatPercent(accuracy.median)}`,
        `${formatBytes(storedBytes.median)} stored, ${formatRatio(ratio.median)}`,
      ].join('; ');
      return [{ label, cost: storedBytes.median / 1000, accuracy: accuracy.median, about }];
    });
    if (points.length < 2) return null;
    return {
      config,
      ...size,
      title: { text: 'Compressed models: accuracy against stored size', subtitle: subtitle(model) },
      layer: accuracyLayers(points, 'Stored model (kB = 10³ bytes, log scale)', { joined: false }),
    };
  },
};
