import { z } from 'zod';
import { formatNumber, formatPercent } from '../../format.js';
import { config, palette } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import type { ModelPlot } from './model-plot.js';

const kinds = [
  { name: 'Bits of a weight, before entropy coding', field: 'bits', limit: 32, color: palette[2], format: 'd' },
  { name: 'Stored bits a weight, places included', field: 'stored', limit: 32, color: palette[0], format: 'd' },
  { name: 'Weights that are 0', field: 'sparsity', limit: 1, color: palette[1], format: '%' },
] as const;

export const layerBits: ModelPlot = {
  name: 'layer-bits',
  summary: 'bits and sparsity of each layer at the end',
  caption:
    'Of each layer with a kernel, at the end: the bits that a weight has, the bits it takes in the compact model file on ' +
    'average, and the part of its weights that are 0.',
  options: z.strictObject({}),
  draw: (compression) => {
    const layers = compression.stages.at(-1)?.measures.layers.filter(({ bits }) => bits !== null) ?? [];
    if (layers.length === 0) return null;
    const values = layers.map(({ name, bits, sparsity, storedBytes, parameters }) => {
      const stored = (8 * storedBytes) / Math.max(1, parameters);
      return {
        layer: name,
        bits,
        stored,
        sparsity,
        about: `${name}; ${bits} bits, ${formatNumber(stored)} stored; ${formatPercent(sparsity)} are 0`,
      };
    });
    const sort = values.map(({ layer }) => layer);
    return {
      config,
      title: { text: 'Bits and sparsity of each layer', subtitle: wrap(`${compression.name}, the model at the end.`) },
      data: { values },
      hconcat: kinds.map(({ name, field, limit, color, format }, i) => ({
        width: 190,
        height: { step: 20 },
        title: { text: name, fontSize: 11, fontWeight: 'normal' as const, offset: 8 },
        mark: { type: 'bar' as const, color, height: 12 },
        encoding: {
          y: {
            field: 'layer',
            type: 'nominal' as const,
            title: null,
            sort,
            axis: { labels: i === 0, labelLimit: 160, domain: false, ticks: false },
          },
          x: {
            field,
            type: 'quantitative' as const,
            title: null,
            scale: { domain: [0, limit], clamp: true },
            axis: { format, tickCount: 4 },
          },
          description: { field: 'about' },
        },
      })),
    };
  },
};
