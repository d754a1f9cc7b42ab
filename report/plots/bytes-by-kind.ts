import { z } from 'zod';
import type { DirectionTotals } from '../../shared/runlog/records.js';
import { formatBytes } from '../format.js';
import type { Case } from '../model.js';
import { median } from '../statistics.js';
import { logDomain, logTicks } from './log-axis.js';
import { directions, panelOf, type Direction } from './panels.js';
import type { Plot } from './plot.js';
import { config, palette, referenceColor } from './theme.js';
import { subtitle } from './words.js';

/** What one transfer is counted as; the first three are references, the last is what really crossed the socket. */
const kinds = [
  { kind: 'dense float32', shape: 'square', color: referenceColor, bytes: (at: DirectionTotals) => at.denseBytes },
  { kind: 'papers’ formula', shape: 'cross', color: palette[3], bytes: (at: DirectionTotals) => at.naiveBytes },
  {
    kind: 'zero-order entropy',
    shape: 'triangle-up',
    color: palette[2],
    bytes: (at: DirectionTotals) => at.entropyBytes,
  },
  { kind: 'coded payload', shape: 'diamond', color: palette[4], bytes: (at: DirectionTotals) => at.payloadBytes },
  { kind: 'on the wire', shape: 'circle', color: palette[0], bytes: (at: DirectionTotals) => at.wireBytes },
] as const;

const rowsOf = (one: Case, direction: Direction) =>
  kinds.flatMap(({ kind, bytes }) => {
    const perTransfer = one.counted.flatMap(({ summary }) => {
      const totals = summary[direction];
      const sum = bytes(totals);
      return sum === null || sum <= 0 || totals.transfers === 0 ? [] : [sum / totals.transfers];
    });
    if (perTransfer.length === 0) return [];
    const middle = median(perTransfer);
    const about = `${one.label}, ${direction}; ${kind}: ${formatBytes(middle)} a transfer`;
    return [{ series: one.label, direction, kind, kilobytes: middle / 1000, text: formatBytes(middle), about }];
  });

export const bytesByKind: Plot = {
  name: 'bytes-by-kind',
  summary: 'bytes of one transfer: dense, by formula, entropy, coded, on the wire',
  caption:
    'Mean bytes of one completed transfer by how they are counted, from what dense float32 would take to what really ' +
    'crossed the socket, handshakes and dropped transfers included.',
  options: z.strictObject({}),
  draw: (model) => {
    const values = model.cases.flatMap((one) => directions.flatMap((direction) => rowsOf(one, direction)));
    if (values.length === 0) return null;
    const domain = logDomain(
      values.map(({ kilobytes }) => kilobytes),
      1.4,
    );
    const names = kinds.map(({ kind }) => kind);
    const y = {
      field: 'series',
      type: 'nominal' as const,
      title: null,
      sort: model.cases.map(({ label }) => label),
      axis: { grid: true, labelLimit: 240 },
    };
    const x = {
      field: 'kilobytes',
      type: 'quantitative' as const,
      title: 'kB a transfer (10³ bytes, log scale)',
      scale: { type: 'log' as const, domain, nice: false },
      axis: { format: '~g', values: logTicks(...domain) },
    };
    return {
      config,
      title: { text: 'Bytes of one transfer, counted in different ways', subtitle: subtitle(model) },
      vconcat: directions.map((direction) => ({
        ...panelOf(direction, { step: 30 }),
        data: { values: values.filter((row) => row.direction === direction) },
        layer: [
          {
            mark: { type: 'line', color: '#cccccc', strokeWidth: 1, aria: false },
            encoding: { x, y, detail: { field: 'series' } },
          },
          {
            mark: { type: 'point', size: 80, strokeWidth: 2, opacity: 1 },
            encoding: {
              x,
              y,
              color: {
                field: 'kind',
                type: 'nominal',
                scale: { domain: names, range: kinds.map(({ color }) => color) },
                legend: { orient: 'bottom', columns: 5 },
              },
              shape: {
                field: 'kind',
                type: 'nominal',
                scale: { domain: names, range: kinds.map(({ shape }) => shape) },
                legend: { orient: 'bottom', columns: 5 },
              },
              description: { field: 'about' },
            },
          },
        ],
      })),
    };
  },
};
