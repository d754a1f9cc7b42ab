import { z } from 'zod';
import { binRounds, type RoundBin } from '../curves.js';
import { formatBytes, formatRatio, megabyte } from '../format.js';
import type { ReportModel, Run } from '../model.js';
import type { DirectionTotals } from '../../shared/runlog/records.js';
import { directionName, directions, panelOf, panelWidth, type Direction } from './panels.js';
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

const mostBars = 80;

const roundsText = ({ first, last }: RoundBin): string =>
  first === last ? `round ${first}` : `rounds ${first} to ${last}`;

const barsOf = (bin: RoundBin, direction: Direction) =>
  layers.map(({ part, bytes }, order) => {
    const mean = bin.rows.reduce((sum, row) => sum + bytes(row[direction]), 0) / bin.rows.length;
    return {
      direction,
      round: (bin.first + bin.last) / 2,
      bytes: mean,
      part,
      order,
      about: `${direction}, ${roundsText(bin)}; ${part}: ${formatBytes(mean)} a round`,
    };
  });

const panelTitle = (direction: Direction, { summary }: Run): string => {
  const { denseBytes, ratio } = summary[direction];
  const dense = formatBytes(denseBytes / Math.max(1, summary.rounds));
  return `${directionName(direction)}: dense float32 (${dense} a round) is ${formatRatio(ratio)} as much`;
};

type Bar = ReturnType<typeof barsOf>[number];

/** The unit in which the tallest bar is easy to read. */
const unitOf = (bars: readonly Bar[]): { name: string; bytes: number } => {
  const heights = new Map<number, number>();
  for (const { round, bytes } of bars) heights.set(round, (heights.get(round) ?? 0) + bytes);
  return Math.max(...heights.values()) >= megabyte ? { name: 'MB', bytes: megabyte } : { name: 'kB', bytes: 1000 };
};

const parts = layers.map(({ part }) => part);

const panel = (direction: Direction, bins: readonly RoundBin[], run: Run) => {
  const bars = bins.flatMap((bin) => barsOf(bin, direction));
  const unit = unitOf(bars);
  const barWidth = Math.max(1.5, (0.8 * panelWidth) / (bins.length + 1));
  const domain = [bins[0].first - 0.5, bins.at(-1)!.last + 0.5];
  return {
    ...panelOf(direction, 150),
    title: { ...panelOf(direction, 150).title, text: panelTitle(direction, run) },
    data: { values: bars.map((bar) => ({ ...bar, height: bar.bytes / unit.bytes })) },
    mark: { type: 'bar' as const, width: barWidth },
    encoding: {
      x: {
        field: 'round',
        type: 'quantitative' as const,
        title: 'Round',
        scale: { domain, nice: false, zero: false },
        axis: { grid: false, tickMinStep: 1 },
      },
      y: { field: 'height', type: 'quantitative' as const, title: `${unit.name} a round`, stack: 'zero' as const },
      color: {
        field: 'part',
        type: 'nominal' as const,
        scale: { domain: parts, range: [palette[0], palette[5], palette[4], palette[1]] },
        legend: { orient: 'bottom' as const, columns: 4, symbolType: 'square' },
      },
      order: { field: 'order', type: 'quantitative' as const },
      description: { field: 'about' },
    },
  };
};

export const bytesPerRound: Plot = {
  name: 'bytes-per-round',
  summary: 'bytes per round by direction, split into what they carry',
  caption:
    'Bytes on the wire in each round, clients to coordinator (uplink) and back (downlink), split into the coded ' +
    'values and everything around them. A client that was away catches up, so that its task is larger.',
  options: z.strictObject({}),
  draw: (model: ReportModel) => {
    if (model.cases.length > 1) return null;
    const { counted } = model.cases[0];
    const bins = binRounds(counted, mostBars);
    if (bins.length === 0) return null;
    const perBar = bins[0].last - bins[0].first + 1;
    const note = perBar > 1 ? `Each bar is the mean of ${perBar} rounds.` : '';
    return {
      config,
      title: { text: 'Bytes per round by direction', subtitle: subtitle(model, note) },
      vconcat: directions.map((direction) => panel(direction, bins, counted[0])),
    };
  },
};
