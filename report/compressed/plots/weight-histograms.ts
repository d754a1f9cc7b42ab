import { z } from 'zod';
import type { WeightHistogram } from '../../../shared/compression/histogram.js';
import { formatPercent } from '../../format.js';
import { config, palette, referenceColor } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import { layerPairs } from '../stages.js';
import type { ModelPlot } from './model-plot.js';

/** More layers make no picture that anyone reads. */
const mostLayers = 12;
const columns = 3;

const binsOf = ({ counts, limit }: WeightHistogram, series: string) => {
  const width = (2 * limit) / counts.length;
  return counts.map((count, bin) => {
    const from = -limit + bin * width;
    return { series, from, to: from + width, middle: from + width / 2, count };
  });
};

const zerosText = ({ zeros, counts }: WeightHistogram): string =>
  formatPercent(zeros / Math.max(1, zeros + counts.reduce((sum, count) => sum + count, 0)));

/** @returns a number at or below with one digit that is not 0 */
const roundTick = (count: number): number => {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, count)));
  return Math.max(1, Math.floor(count / unit) * unit);
};

const panel = (name: string, before: WeightHistogram | null, after: WeightHistogram) => {
  const tallest = Math.max(1, ...after.counts, ...(before?.counts ?? []));
  const x = { type: 'quantitative' as const, title: null, axis: { tickCount: 4, format: '~g', grid: false } };
  const y = {
    field: 'count',
    type: 'quantitative' as const,
    title: null,
    scale: { type: 'sqrt' as const, domain: [0, tallest], nice: false },
    // By labelExpr: with a format, vega rounds all to the digits that the steps between them need.
    axis: { values: [tallest / 16, tallest / 4, tallest].map(roundTick), labelExpr: "format(datum.value, '~s')" },
  };
  return {
    width: 200,
    height: 110,
    title: { text: `${name}: ${zerosText(after)} are 0`, fontSize: 11, offset: 6 },
    layer: [
      {
        data: { values: binsOf(after, 'after').filter(({ count }) => count > 0) },
        mark: { type: 'bar' as const, color: palette[0], aria: false },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y, y2: { datum: 0 } },
      },
      {
        data: { values: before === null ? [] : binsOf(before, 'before') },
        mark: {
          type: 'line' as const,
          interpolate: 'step' as const,
          color: referenceColor,
          strokeWidth: 1.4,
          aria: false,
        },
        encoding: { x: { ...x, field: 'middle' }, y },
      },
    ],
  };
};

export const weightHistograms: ModelPlot = {
  name: 'weight-histograms',
  summary: 'histograms of each kernel’s weights before and after',
  caption:
    'How many weights of each kernel lie where (square-root scale), of those that are not 0: bars at the end, the grey ' +
    'line before the pipeline. The outermost bars hold what lies beyond.',
  options: z.strictObject({}),
  draw: (compression) => {
    if (compression.stages.length < 2) return null;
    const panels = layerPairs(compression)
      .flatMap(({ name, before, after }) => {
        const histogram = after?.histogram ?? null;
        return histogram === null || after === null
          ? []
          : [{ name, size: after.parameters, before: before?.histogram ?? null, after: histogram }];
      })
      .toSorted((a, b) => b.size - a.size);
    if (panels.length === 0) return null;
    const shown = panels.slice(0, mostLayers);
    const note = panels.length > mostLayers ? ` The ${mostLayers} largest of ${panels.length} kernels.` : '';
    return {
      config,
      title: {
        text: 'Weights before and after',
        subtitle: wrap(`${compression.name}. Grey line: before; bars: after, without zeros.${note}`),
      },
      columns,
      concat: shown.map(({ name, before, after }) => panel(name, before, after)),
    };
  },
};
