import { z } from 'zod';
import { formatNumber, formatPercent } from '../../format.js';
import { config, size } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import { namedStages } from '../stages.js';
import { accuracyLayers } from './accuracy-layers.js';
import type { ModelPlot } from './model-plot.js';

const mega = 1e6;

export const accuracyByFlops: ModelPlot = {
  name: 'accuracy-by-flops',
  summary: 'accuracy against FLOPs of one example, one point a step',
  caption:
    'Test accuracy against the FLOPs of one example (2 a multiply and add), after each step. Points leave out products ' +
    'by weights that are 0, hollow squares count all: only sparse kernels save the difference.',
  options: z.strictObject({}),
  draw: (compression) => {
    const stages = namedStages(compression).filter(({ measures }) => measures.effectiveFlops > 0);
    if (stages.length === 0) return null;
    const points = stages.map(({ label, measures: { flops, effectiveFlops }, evaluation: { accuracy } }) => ({
      label,
      cost: effectiveFlops / mega,
      otherCost: flops / mega,
      accuracy,
      about: [
        label,
        `accuracy ${formatPercent(accuracy)}`,
        `${formatNumber(flops / mega)} MFLOPs`,
        `${formatNumber(effectiveFlops / mega)} without zeros`,
      ].join('; '),
    }));
    return {
      config,
      ...size,
      title: {
        text: 'Accuracy against FLOPs',
        subtitle: wrap(`${compression.name}. Points: without products by 0. Hollow: all products.`),
      },
      layer: accuracyLayers(points, 'FLOPs of one example (MFLOPs = 10⁶, log scale)'),
    };
  },
};
