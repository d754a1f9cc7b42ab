import { z } from 'zod';
import { binRounds, type RoundBin } from '../curves.js';
import { formatBytes, formatRatio, megabyte } from '../format.js';
import type { ReportModel, Run } from '../model.js';
import type { DirectionTotals } from '../../shared/runlog/records.js';
import type { Plot } from './plot.js';
import { config, palette } from './theme.js';
import { subtitle } from './words.js';

/** Layers of what is sent, from the inside out; together they are the bytes on the wire. */
const layers = [
  { part: 'values and positions', bytes: ({ valueBytes }: DirectionTotals) => valueBytes },
  { part: 'codec headers, scales, tables', bytes: (at: DirectionTotals) => at.payloadBytes - at.valueBytes },
  { part: 'frames and message fields', bytes: (at: DirectionTotals) => at.messageBytes - at.payloadBytes },
  { part: 'WebSocket, handshakes, dropped', bytes: (at: DirectionTotals) => at.wireBytes - at.messageBytes },
] as const;

const directions = ['uplink', 'downlink'] as const;

const mostBars = 80;

const roundsText = ({ first, last }: RoundBin): string =>
  first === last ? `round ${first}` : `rounds ${first} to ${last}`;

const barsOf = (bin: RoundBin, direction: (typeof directions)[number]) =>
  layers.map(({ part, bytes }, order) => {
    const mean = bin.rows.reduce((sum, row) => sum + bytes(row[direction]), 0) / bin.rows.length;
    return {
      direction,
      round: (bin.first + bin.last) / 2,
      megabytes: mean / megabyte,
      part,
      order,
      about: `${direction}, ${roundsText(bin)}; ${part}: ${formatBytes(mean)} a round`,
    };
  });

const ratioNote = ({ summary }: Run): string =>
  directions
    .map((direction) => {
      const { denseBytes, ratio } = summary[direction];
      const dense = formatBytes(denseBytes / Math.max(1, summary.rounds));
      return `${direction}: dense float32 would be ${dense} a round, ${formatRatio(ratio)} as much`;
    })
    .join('; ');

export const bytesPerRound: Plot = {
  name: 'bytes-per-round',
  summary: 'bytes per round by direction, split into what they carry',
  caption:
    'Bytes on the wire in each round, clients to coordinator (uplink) and back (downlink), split into the coded ' +
    'values and everything around them. A client that joins for the first time gets the whole model.',
  options: z.strictObject({}),
  draw: (model: ReportModel) => {
    if (model.cases.length > 1) return null;
    const { counted } = model.cases[0];
    const bins = binRounds(counted, mostBars);
    if (bins.length === 0) return null;
    const perBar = bins[0].last - bins[0].first + 1;
    const binNote = perBar > 1 ? `Each bar is the mean of ${perBar} rounds.` : '';
    const values = bins.flatMap((bin) => directions.flatMap((direction) => barsOf(bin, direction)));
    const parts = layers.map(({ part }) => part);
    return {
      config,
      title: { text: 'Bytes per round by direction', subtitle: subtitle(model, `${ratioNote(counted[0])}.`, binNote) },
      data: { values },
      facet: { row: { field: 'direction', type: 'nominal', sort: [...directions], header: { title: null } } },
      spec: {
        width: 620,
        height: 150,
        mark: { type: 'bar', width: { expr: `max(1.5, 0.8 * 620 / ${bins.length + 1})` } },
        encoding: {
          x: { field: 'round', type: 'quantitative', title: 'Round', scale: { padding: 8, nice: false, zero: false } },
          y: { field: 'megabytes', type: 'quantitative', title: 'MB a round (10⁶ bytes)', stack: 'zero' },
          color: {
            field: 'part',
            type: 'nominal',
            scale: { domain: parts, range: [palette[0], palette[5], palette[4], palette[1]] },
            legend: { orient: 'bottom', columns: 2, symbolType: 'square' },
          },
          order: { field: 'order', type: 'quantitative' },
          description: { field: 'about' },
        },
      },
      resolve: { scale: { y: 'independent' } },
    };
  },
};
