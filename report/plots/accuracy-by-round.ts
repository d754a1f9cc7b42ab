import { z } from 'zod';
import { evaluationCurve } from '../curves.js';
import { curveLayers, targetLayers } from './curve-layers.js';
import type { Plot } from './plot.js';
import { caseScales, config, size } from './theme.js';
import { bandNote, splitName, subtitle } from './words.js';

export const accuracyByRound: Plot = {
  name: 'accuracy-by-round',
  summary: 'accuracy of the global model against rounds',
  caption: 'Accuracy of the global model, as clients hold it after a round. Dotted lines are the accuracy targets.',
  options: z.strictObject({}),
  draw: (model) => {
    const points = model.cases.flatMap((one) => evaluationCurve(one, 'accuracy'));
    if (points.length === 0) return null;
    const x = { field: 'round', title: 'Round' } as const;
    const y = { field: 'value', title: splitName(model, 'accuracy'), format: '~%' } as const;
    return {
      config,
      ...size,
      title: { text: 'Accuracy against rounds', subtitle: subtitle(model, bandNote(model.cases)) },
      layer: [...targetLayers(model.targets, points), ...curveLayers(points, caseScales(model), x, y)],
    };
  },
};
