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

/** Marks show their points up to this many points a line; more would hide the line. */
const fewPoints = 40;

const positionOf = ({ field, title, format }: Axis) => ({
  field,
  type: 'quantitative' as const,
  title,
  scale: { zero: false, nice: false },
  axis: format === undefined ? {} : { format },
});

const logPositionOf = (axis: Axis, points: readonly CurvePoint[]) => {
  const domain = logDomain(points.map((point) => point[axis.field]));
  return {
    ...positionOf(axis),
    scale: { type: 'log' as const, domain, nice: false },
    axis: { format: '~g', values: logTicks(...domain) },
  };
};

/**
 * Lines with their band over seeds, and points that say what they are.
 * @param points of all series
 */
export const curveLayers = (points: readonly CurvePoint[], scales: SeriesScales, x: Axis, y: Axis): Layer[] => {
  const legend = scales.color.domain.length > 1 ? { symbolType: 'stroke', symbolSize: 260 } : null;
  const encodings = {
    x: x.scale === 'log' ? logPositionOf(x, points) : positionOf(x),
    y: positionOf(y),
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
  return [
    {
      data: { values },
      mark: { type: 'rule', strokeDash: [2, 3], color: '#9a9a9a', aria: false },
      encoding: { y },
    },
  ];
};
