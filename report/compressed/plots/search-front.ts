import { z } from 'zod';
import type { TriedNetwork } from '../../../shared/compression/search/details.js';
import { formatNumber, formatPercent } from '../../format.js';
import { logDomain, logTicks } from '../../plots/log-axis.js';
import { config, palette, referenceColor, size } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';
import { searchesOf } from '../searches.js';
import type { ModelPlot } from './model-plot.js';

const mega = 1e6;

const pointOf = ({ network, flops, accuracy }: TriedNetwork) => ({
  cost: flops / mega,
  accuracy,
  about: `${network}; accuracy ${formatPercent(accuracy)}; ${formatNumber(flops / mega)} MFLOPs`,
});

export const searchFront: ModelPlot = {
  name: 'search-front',
  summary: 'accuracy against FLOPs of every network that a search has tried, and their front',
  caption:
    'Every network that the search has tried: accuracy on held-out training examples after short training, against the ' +
    'FLOPs of one example. On the line are those that no other beats; the ring is the one that was chosen and trained.',
  options: z.strictObject({}),
  draw: ({ name, stages }) => {
    const search = searchesOf(stages).at(-1);
    if (search === undefined) return null;
    const trials = search.trials.map(pointOf);
    const front = search.front.map(pointOf);
    const domain = logDomain(
      trials.map(({ cost }) => cost),
      1.4,
    );
    const x = {
      field: 'cost',
      type: 'quantitative' as const,
      title: 'FLOPs of one example (MFLOPs = 10⁶, log scale)',
      scale: { type: 'log' as const, domain, nice: false },
      axis: { format: '~g', values: logTicks(...domain) },
    };
    const y = {
      field: 'accuracy',
      type: 'quantitative' as const,
      title: 'Accuracy on held-out training examples',
      scale: { zero: false },
      axis: { format: '~%' },
    };
    return {
      config,
      ...size,
      title: {
        text: 'Networks of the search',
        subtitle: wrap(`${name}. ${trials.length} short trainings; line: the front; ring: chosen, ${search.chosen}.`),
      },
      layer: [
        {
          data: { values: front },
          mark: { type: 'line', interpolate: 'step-after', color: palette[0], strokeWidth: 1.5, aria: false },
          encoding: { x, y },
        },
        {
          data: { values: trials },
          mark: { type: 'point', filled: true, size: 55, color: referenceColor, opacity: 0.8 },
          encoding: { x, y, description: { field: 'about' } },
        },
        {
          data: { values: front.slice(-1) },
          mark: { type: 'point', size: 170, color: palette[1], strokeWidth: 2, opacity: 1, aria: false },
          encoding: { x, y },
        },
      ],
    };
  },
};
