import { z } from 'zod';
import type { MixedDetails } from '../../../shared/compression/quantize/mixed-details.js';
import { formatNumber } from '../../format.js';
import { config, palette, size } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import type { ModelPlot } from './model-plot.js';

const isMixed = (details: unknown): details is MixedDetails =>
  typeof details === 'object' && details !== null && 'kind' in details && details.kind === 'mixed';

export const bitsTradeOff: ModelPlot = {
  name: 'bits-trade-off',
  summary: 'loss against the mean bits of a weight, from 8 bits everywhere to 2, and what was chosen',
  caption:
    'Mixed precision: the loss on held-out training examples against the mean bits, on the way from 8 bits in every layer to 2, where ' +
    'at each step that layer loses a bit for which it costs least. The ring is what was chosen.',
  options: z.strictObject({}),
  draw: ({ name, stages }) => {
    const mixed = stages.flatMap(({ details }) => (isMixed(details) ? [details] : [])).at(-1);
    if (mixed === undefined) return null;
    const pointOf = ({ bits, loss }: { bits: number; loss: number }) => ({
      bits,
      loss,
      about: `${formatNumber(bits)} bits; loss ${formatNumber(loss)}`,
    });
    const chosen = pointOf({ bits: mixed.meanBits, loss: mixed.loss });
    const of = mixed.budget === 'size' ? 'weights' : 'multiply-accumulates';
    const x = {
      field: 'bits',
      type: 'quantitative' as const,
      title: `Bits, mean over ${of}`,
      scale: { zero: false },
    };
    const y = {
      field: 'loss',
      type: 'quantitative' as const,
      title: 'Loss on held-out training examples (nats)',
      scale: { zero: false },
    };
    const layers = mixed.layers.map((layer) => `${layer.name} ${layer.bits}`).join(', ');
    return {
      config,
      ...size,
      title: { text: 'Bits against loss', subtitle: wrap(`${name}. Chosen: ${layers}.`) },
      layer: [
        {
          data: { values: mixed.tradeOff.map(pointOf) },
          mark: { type: 'line', color: palette[0], strokeWidth: 1.5, aria: false },
          encoding: { x, y },
        },
        {
          data: { values: mixed.tradeOff.map(pointOf) },
          mark: { type: 'point', filled: true, size: 55, color: palette[0], opacity: 1 },
          encoding: { x, y, description: { field: 'about' } },
        },
        {
          data: { values: [chosen] },
          mark: { type: 'point', size: 170, color: palette[1], strokeWidth: 2, opacity: 1 },
          encoding: { x, y, description: { field: 'about' } },
        },
      ],
    };
  },
};
