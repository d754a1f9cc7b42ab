import { z } from 'zod';
import { formatNumber } from '../../format.js';
import { palette, referenceColor } from '../../plots/theme.js';
import { layerPairs } from '../stages.js';
import { layerBars } from './layer-bars.js';
import type { ModelPlot } from './model-plot.js';

const series = [
  { name: 'before', color: referenceColor },
  { name: 'after', color: palette[5] },
  { name: 'after, without products by 0', color: palette[0] },
] as const;

const megaText = (flops: number): string => `${formatNumber(flops / 1e6)} MFLOPs`;

export const layerFlops: ModelPlot = {
  name: 'layer-flops',
  summary: 'FLOPs of each layer before and after',
  caption:
    'FLOPs of each layer for one example (2 a multiply and add), of the original and of the model at the end; without ' +
    'products by weights that are 0 only sparse kernels compute.',
  options: z.strictObject({}),
  draw: (compression) => {
    if (compression.stages.length < 2) return null;
    const bars = layerPairs(compression).flatMap(({ name, before, after }) => {
      if ((before?.flops ?? 0) + (after?.flops ?? 0) === 0) return [];
      const values = [before?.flops ?? 0, after?.flops ?? 0, after?.effectiveFlops ?? 0];
      return series.map((one, i) => ({
        layer: name,
        series: one.name,
        value: values[i],
        about: `${name}; ${one.name}: ${megaText(values[i])}`,
      }));
    });
    if (bars.length === 0) return null;
    const [first, last] = [compression.stages[0].measures, compression.stages.at(-1)!.measures];
    return layerBars({
      title: 'FLOPs of each layer',
      subtitle: `${compression.name}. All layers: ${megaText(first.flops)} before, ${megaText(last.flops)} after, ${megaText(last.effectiveFlops)} of them by weights that are not 0.`,
      unit: 'FLOPs of one example',
      bars,
      series,
    });
  },
};
