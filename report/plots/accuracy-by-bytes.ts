import { z } from 'zod';
import { evaluationCurve, type CurvePoint } from '../curves.js';
import { formatBytes, megabyte } from '../format.js';
import type { ReportModel } from '../model.js';
import { curveLayers, targetLayers } from './curve-layers.js';
import type { Plot } from './plot.js';
import { caseScales, config, seriesScales, size } from './theme.js';
import { bandNote, splitName, subtitle } from './words.js';

/** Nothing was sent before round 1, and a log axis has no 0. */
const sent = (points: readonly CurvePoint[]): CurvePoint[] => points.filter(({ megabytes }) => megabytes > 0);

const denseSeries = 'the same rounds as dense float32';

/** A single run is set against what its own rounds would have sent without compression. */
const denseReference = (points: readonly CurvePoint[]): CurvePoint[] =>
  points.flatMap((point) => {
    if (point.denseMegabytes <= 0) return [];
    const about = `${denseSeries}; round ${point.round}; ${formatBytes(point.denseMegabytes * megabyte)}`;
    return [{ ...point, series: denseSeries, megabytes: point.denseMegabytes, about }];
  });

const pictureOf = (model: ReportModel) => {
  const curves = sent(model.cases.flatMap((one) => evaluationCurve(one, 'accuracy')));
  if (model.cases.length > 1) return { points: curves, scales: caseScales(model) };
  const labels = [model.cases[0].label, denseSeries];
  return { points: [...curves, ...denseReference(curves)], scales: seriesScales(labels, new Set([denseSeries])) };
};

export const accuracyByBytes: Plot = {
  name: 'accuracy-by-bytes',
  summary: 'accuracy of the global model against bytes on the wire',
  caption:
    'Accuracy against all bytes that crossed the sockets, both directions, since the start of the run. Further left ' +
    'is cheaper, higher is better. Dotted lines are the accuracy targets.',
  options: z.strictObject({}),
  draw: (model) => {
    const { points, scales } = pictureOf(model);
    if (points.length === 0) return null;
    const title = 'Bytes on the wire, up and down, since the start (MB = 10⁶ bytes, log scale)';
    const x = { field: 'megabytes', title, scale: 'log' } as const;
    const y = { field: 'value', title: splitName(model, 'accuracy'), format: '~%' } as const;
    return {
      config,
      ...size,
      title: { text: 'Accuracy against bytes on the wire', subtitle: subtitle(model, bandNote(model.cases)) },
      layer: [...targetLayers(model.targets, points), ...curveLayers(points, scales, x, y)],
    };
  },
};
