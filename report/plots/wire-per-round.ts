import { z } from 'zod';
import { binRounds } from '../curves.js';
import { formatBytes, megabyte } from '../format.js';
import type { Case, ReportModel } from '../model.js';
import { lineLegend } from './curve-layers.js';
import { logDomain, logTicks } from './log-axis.js';
import { directions, panelOf, type Direction } from './panels.js';
import type { Plot } from './plot.js';
import { caseScales, config } from './theme.js';
import { subtitle } from './words.js';

const mostPoints = 60;

const rowsOf = (one: Case, direction: Direction) =>
  binRounds(one.counted, mostPoints).flatMap(({ first, last, rows }) => {
    const mean = rows.reduce((sum, row) => sum + row[direction].wireBytes, 0) / rows.length;
    const rounds = first === last ? `round ${first}` : `rounds ${first} to ${last}`;
    const about = `${one.label}, ${direction}; ${rounds}; ${formatBytes(mean)} a round on the wire`;
    // A round in which nobody took part has no place on a log axis.
    return mean > 0
      ? [{ series: one.label, direction, round: (first + last) / 2, megabytes: mean / megabyte, about }]
      : [];
  });

export const wirePerRound: Plot = {
  name: 'wire-per-round',
  summary: 'bytes on the wire per round by direction, one line a case',
  caption: 'Bytes on the wire in each round, clients to coordinator (uplink) and back (downlink), mean over runs.',
  options: z.strictObject({}),
  draw: (model: ReportModel) => {
    if (model.cases.length < 2) return null;
    const values = model.cases.flatMap((one) => directions.flatMap((direction) => rowsOf(one, direction)));
    if (values.length === 0) return null;
    const domain = logDomain(values.map(({ megabytes }) => megabytes));
    const scales = caseScales(model);
    const encoding = {
      x: {
        field: 'round',
        type: 'quantitative' as const,
        title: 'Round',
        scale: { nice: false, zero: false },
        axis: { tickMinStep: 1 },
      },
      y: {
        field: 'megabytes',
        type: 'quantitative' as const,
        title: 'MB a round (10⁶ bytes, log)',
        scale: { type: 'log' as const, domain, nice: false },
        axis: { format: '~g', values: logTicks(...domain) },
      },
      color: { field: 'series', type: 'nominal' as const, scale: scales.color, legend: lineLegend },
    };
    const strokeDash = { field: 'series', type: 'nominal' as const, scale: scales.dash, legend: lineLegend };
    return {
      config,
      title: { text: 'Bytes on the wire per round by direction', subtitle: subtitle(model) },
      vconcat: directions.map((direction) => ({
        ...panelOf(direction, 170),
        data: { values: values.filter((row) => row.direction === direction) },
        layer: [
          { mark: { type: 'line', aria: false }, encoding: { ...encoding, strokeDash } },
          {
            mark: { type: 'point', filled: true, size: 14, opacity: 1 },
            encoding: { ...encoding, description: { field: 'about' } },
          },
        ],
      })),
    };
  },
};
