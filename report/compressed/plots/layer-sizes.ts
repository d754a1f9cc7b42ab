import { z } from 'zod';
import { formatBytes } from '../../format.js';
import { palette, referenceColor } from '../../plots/theme.js';
import { layerPairs } from '../stages.js';
import { layerBars } from './layer-bars.js';
import type { ModelPlot } from './model-plot.js';

const series = [
  { name: 'before, float32', color: referenceColor },
  { name: 'after, stored', color: palette[0] },
] as const;

export const layerSizes: ModelPlot = {
  name: 'layer-sizes',
  summary: 'bytes of each layer before and after',
  caption:
    'Bytes of each layer’s numbers: of the original as float32, and in the compact model file at the end, with indices, ' +
    'scales and tables.',
  options: z.strictObject({}),
  draw: (compression) => {
    if (compression.stages.length < 2) return null;
    const bars = layerPairs(compression).flatMap(({ name, before, after }) => {
      if ((before?.parameters ?? 0) + (after?.parameters ?? 0) === 0) return [];
      const values = [4 * (before?.parameters ?? 0), after?.storedBytes ?? 0];
      return series.map((one, i) => ({
        layer: name,
        series: one.name,
        value: values[i],
        about: `${name}; ${one.name}: ${formatBytes(values[i])}`,
      }));
    });
    const [first, last] = [compression.stages[0].measures, compression.stages.at(-1)!.measures];
    return layerBars({
      title: 'Size of each layer',
      subtitle: `${compression.name}. All layers: ${formatBytes(first.originalBytes)} before, ${formatBytes(last.storedBytes)} stored.`,
      unit: 'Bytes',
      bars,
      series,
    });
  },
};
