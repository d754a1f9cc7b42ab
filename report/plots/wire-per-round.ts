import { z } from 'zod';
import { binRounds } from '../curves.js';
import { formatBytes, megabyte } from '../format.js';
import type { Case, ReportModel } from '../model.js';
import { logDomain, logTicks } from './log-axis.js';
import type { Plot } from './plot.js';
import { caseScales, config } from './theme.js';
import { subtitle } from './words.js';

const directions = ['uplink', 'downlink'] as const;

const mostPoints = 60;

const rowsOf = (one: Case, direction: (typeof directions)[number]) =>
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
    const legend = { symbolType: 'stroke', symbolSize: 260 };
    const encoding = {
      x: { field: 'round', type: 'quantitative' as const, title: 'Round', scale: { nice: false, zero: false } },
      y: {
        field: 'megabytes',
        type: 'quantitative' as const,
        title: 'MB a round (10⁶ bytes, log)',
        scale: { type: 'log' as const, domain, nice: false },
        axis: { format: '~g', values: logTicks(...domain) },
      },
      color: { field: 'series', type: 'nominal' as const, scale: scales.color, legend },
    };
    const strokeDash = { field: 'series', type: 'nominal' as const, scale: scales.dash, legend };
    return {
      config,
      title: { text: 'Bytes on the wire per round by direction', subtitle: subtitle(model) },
      data: { values },
      facet: { row: { field: 'direction', type: 'nominal', sort: [...directions], header: { title: null } } },
      spec: {
        width: 620,
        height: 170,
        layer: [
          { mark: { type: 'line', aria: false }, encoding: { ...encoding, strokeDash } },
          {
            mark: { type: 'point', filled: true, size: 14, opacity: 1 },
            encoding: { ...encoding, description: { field: 'about' } },
          },
        ],
      },
    };
  },
};
