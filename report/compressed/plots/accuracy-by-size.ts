import { z } from 'zod';
import { formatBytes, formatPercent, formatRatio } from '../../format.js';
import { config, size } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import { namedStages } from '../stages.js';
import { accuracyLayers } from './accuracy-layers.js';
import type { ModelPlot } from './model-plot.js';

export const accuracyBySize: ModelPlot = {
  name: 'accuracy-by-size',
  summary: 'accuracy against stored bytes, one point a step',
  caption:
    'Test accuracy against the bytes of the compact model file, with indices, scales, tables and the description of ' +
    'the network, after each step. Further left is smaller, higher is better.',
  options: z.strictObject({}),
  draw: (compression) => {
    const stages = namedStages(compression);
    if (stages.length === 0) return null;
    const points = stages.map(({ label, ratio, measures: { storedBytes }, evaluation: { accuracy } }) => ({
      label,
      cost: storedBytes / 1000,
      accuracy,
      about: `${label}; accuracy ${formatPercent(accuracy)}; ${formatBytes(storedBytes)} stored, ${formatRatio(ratio)}`,
    }));
    const note = `As float32 the original has ${formatBytes(stages[0].measures.originalBytes)}.`;
    return {
      config,
      ...size,
      title: { text: 'Accuracy against stored size', subtitle: wrap(`${compression.name}. ${note}`) },
      layer: accuracyLayers(points, 'Stored model (kB = 10³ bytes, log scale)'),
    };
  },
};
