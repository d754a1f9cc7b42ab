import type { TopLevelSpec } from 'vega-lite';
import type { CurvePoint } from '../curves.js';
import { logDomain, logTicks } from './log-axis.js';
import type { SeriesScales } from './theme.js';

/** One layer of a vega-lite picture. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

interface Axis {
  readonly field: 'round' | 'megabytes' | 'value';
  readonly title: string;
  /** Linear when left out. */
  readonly scale?: 'log';
  readonly format?: string;
}

/** A line in a legend; without a stated opacity it would fade as the band does. */
export const lineLegend = { symbolType: 'stroke', symbolSize: 260, symbolOpacity: 1, symbolStrokeWidth: 2.5 } as const;

/** Marks show their points up to this many points a line; more would hide the line. */
const fewPoints = 40;

/** The points' values with some room, so that no mark lies on the frame. */
const domainOf = (points: readonly CurvePoint[], field: Axis['field']): [number, number] => {
  const values =
    field === 'value'
      ? points.flatMap(({ least, greatest }) => [least, greatest])
      : points.map((point) => point[field]);
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  const room = (greatest - least) * 0.03 || 0.01;
  return [least - room, greatest + room];
};

const positionOf = ({ field, title, format }: Axis, points: readonly CurvePoint[]) => ({
  field,
  type: 'quantitative' as const,
  title,
  scale: { domain: domainOf(points, field), zero: false, nice: false },
  axis: {
    tickCount: 8,
    ...(field === 'round' ? { tickMinStep: 1 } : {}),
    ...(format === undefined ? {} : { format }),
  },
});

const logPositionOf = (axis: Axis, points: readonly CurvePoint[]) => {
  const domain = logDomain(points.map((point) => point[axis.field]));
  return {
    ...positionOf(axis, points),
    scale: { type: 'log' as const, domain, nice: false },
    axis: { format: '~g', values: logTicks(...domain) },
  };
};

/**
 * Lines with their band over seeds, and points that say what they are.
 * @param points of all series
 */
export const curveLayers = (points: readonly CurvePoint[], scales: SeriesScales, x: Axis, y: Axis): Layer[] => {
  const legend = scales.color.domain.length > 1 ? lineLegend : null;
  const encodings = {
    x: x.scale === 'log' ? logPositionOf(x, points) : positionOf(x, points),
    y: positionOf(y, points),
    color: { field: 'series', type: 'nominal' as const, scale: scales.color, legend },
  };
  const strokeDash = { field: 'series', type: 'nominal' as const, scale: scales.dash, legend };
  const data = { values: [...points] };
  const perSeries = points.length / Math.max(1, scales.color.domain.length);
  const band: Layer = {
    data,
    mark: { type: 'area', opacity: 0.16, aria: false },
    encoding: { ...encodings, y: { ...encodings.y, field: 'least' }, y2: { field: 'greatest' } },
  };
  const line: Layer = { data, mark: { type: 'line', aria: false }, encoding: { ...encodings, strokeDash } };
  const marks: Layer = {
    data,
    mark: { type: 'point', filled: true, size: perSeries <= fewPoints ? 22 : 12, opacity: 1 },
    encoding: { ...encodings, description: { field: 'about' } },
  };
  const hasBand = points.some(({ least, greatest }) => least < greatest);
  return hasBand ? [band, line, marks] : [line, marks];
};

/** Dashed lines at the accuracies that `evaluate.targets` names, as far as the curves come near them. */
export const targetLayers = (targets: readonly number[], points: readonly CurvePoint[]): Layer[] => {
  const least = Math.min(...points.map((point) => point.least));
  const greatest = Math.max(...points.map((point) => point.greatest));
  const values = targets.filter((target) => target >= least && target <= greatest + 0.02).map((target) => ({ target }));
  if (values.length === 0) return [];
  const y = { field: 'target', type: 'quantitative' as const };
  const name = { expr: "'target ' + format(datum.target, '~%')" } as const;
  return [
    {
      data: { values },
      mark: { type: 'rule', strokeDash: [2, 3], color: '#8a8a8a', aria: false },
      encoding: { y },
    },
    {
      data: { values },
      mark: { type: 'text', text: name, align: 'left', dx: 4, dy: -6, fontSize: 10, color: '#6b6b6b', aria: false },
      encoding: { x: { value: 0 }, y },
    },
  ];
};
