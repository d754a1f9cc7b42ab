import { z } from 'zod';
import { evaluationCurve, trainingLossCurve, type CurvePoint } from '../curves.js';
import type { ReportModel } from '../model.js';
import { curveLayers } from './curve-layers.js';
import type { Plot } from './plot.js';
import { caseScales, config, seriesScales, size } from './theme.js';
import { bandNote, subtitle } from './words.js';

const trainingSeries = 'training, mean over clients';

/** A single case shows its evaluation loss beside the training loss; several cases only the latter. */
const pictureOf = (model: ReportModel) => {
  if (model.cases.length > 1) {
    const curves: CurvePoint[] = model.cases.flatMap((one) => trainingLossCurve(one));
    return { points: curves, scales: caseScales(model) };
  }
  const [one] = model.cases;
  const evaluationSeries = `${one.counted[0].evaluations[0]?.split ?? 'test'}, global model`;
  const points = [...trainingLossCurve(one, trainingSeries), ...evaluationCurve(one, 'loss', evaluationSeries)];
  const series = [trainingSeries, evaluationSeries].filter((name) => points.some((point) => point.series === name));
  return { points, scales: seriesScales(series) };
};

export const lossByRound: Plot = {
  name: 'loss-by-round',
  summary: 'training loss against rounds',
  caption: 'Mean loss of the clients’ local training in each round, weighted by their samples.',
  options: z.strictObject({}),
  draw: (model) => {
    const { points, scales } = pictureOf(model);
    if (points.length === 0) return null;
    const x = { field: 'round', title: 'Round' } as const;
    const y = { field: 'value', title: 'Cross-entropy loss (nats)' } as const;
    return {
      config,
      ...size,
      title: { text: 'Loss against rounds', subtitle: subtitle(model, bandNote(model.cases)) },
      layer: curveLayers(points, scales, x, y),
    };
  },
};
