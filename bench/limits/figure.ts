import type { TopLevelSpec } from 'vega-lite';
import type { Layer } from '../../report/plots/curve-layers.js';
import { nameMarks, placeLabels, type Box } from '../../report/plots/labels.js';
import { logTicks } from '../../report/plots/log-axis.js';
import { config, palette, referenceColor } from '../../report/plots/theme.js';
import { families, type Family, type PresetPoint } from './presets.js';
import type { RatePoint } from './theory.js';

/** A line that bounds the error at a rate. */
export interface Curve {
  readonly name: string;
  readonly dash: readonly number[];
  /** Side of the line on which its name stands. */
  readonly side: 'left' | 'right';
  readonly points: readonly RatePoint[];
}

export interface Figure {
  readonly title: string;
  readonly subtitle: readonly string[];
  readonly points: readonly PresetPoint[];
  readonly curves: readonly Curve[];
}

interface Panel {
  readonly x: readonly [least: number, greatest: number];
  readonly y: readonly [least: number, greatest: number];
  readonly height: number;
  readonly title: string;
  /** At which error each curve has its name. */
  readonly namesAt: number;
  isNamed(point: PresetPoint): boolean;
}

const width = 800;

const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross'] as const;
const colors = [palette[0], palette[1], palette[2], palette[3], palette[6]];

const colorOf = (family: Family): string => colors[families.indexOf(family)];

const isInside = ({ bits, nmse }: RatePoint, { x, y }: Panel): boolean =>
  bits >= x[0] && bits <= x[1] && nmse >= y[0] && nmse <= y[1];

/** Where most codecs of federated learning are: from a few hundredths of a bit to two bits. */
const near: Panel = {
  x: [0.02, 2.4],
  y: [0.1, 2.2],
  height: 460,
  title: 'Up to two bits a parameter, enlarged',
  namesAt: 0.26,
  isNamed: () => true,
};

const far: Panel = {
  x: [0.008, 40],
  y: [1e-8, 3000],
  height: 340,
  title: 'All (the box is enlarged below)',
  namesAt: 3e-7,
  isNamed: (point) => !isInside(point, near),
};

const logPlace = (value: number, [least, greatest]: Panel['x']): number =>
  Math.log(value / least) / Math.log(greatest / least);

const placeIn =
  ({ x, y, height }: Panel) =>
  ({ bits, nmse }: RatePoint) => ({ x: width * logPlace(bits, x), y: height * (1 - logPlace(nmse, y)) });

/** Where a curve's name stands; null where the curve is not in the panel. */
const namePlace = ({ points }: Curve, panel: Panel): RatePoint | null =>
  points.filter((point) => isInside(point, panel) && point.nmse >= panel.namesAt).at(-1) ?? null;

const nameGap = 8;

/** A curve and its name as boxes, so that no other name lies on them. */
const curveBoxes = (curve: Curve, panel: Panel): Box[] => {
  const place = placeIn(panel);
  const line = curve.points
    .filter((point) => isInside(point, panel))
    .map(place)
    .map(({ x, y }) => ({ left: x - 3, right: x + 3, top: y - 3, bottom: y + 3 }));
  const named = namePlace(curve, panel);
  if (named === null) return line;
  const { x, y } = place(named);
  const length = nameGap + 6 * curve.name.length;
  const [left, right] = curve.side === 'left' ? [x - length, x] : [x, x + length];
  return [...line, { left, right, top: y - 8, bottom: y + 8 }];
};

const axes = ({ x, y }: Panel) => ({
  x: {
    field: 'bits',
    type: 'quantitative' as const,
    title: 'Payload bits a parameter (log scale)',
    scale: { type: 'log' as const, domain: [...x], nice: false },
    axis: { format: '~g', values: logTicks(...x) },
  },
  y: {
    field: 'nmse',
    type: 'quantitative' as const,
    title: 'NMSE (log scale)',
    scale: { type: 'log' as const, domain: [...y], nice: false },
    axis: { values: logTicks(...y), labelExpr: "format(datum.value, datum.value < 0.01 ? '~e' : '~g')" },
  },
});

const curveLayers = (curves: readonly Curve[], panel: Panel): Layer[] =>
  curves.flatMap((curve): Layer[] => {
    const { name, dash, side, points } = curve;
    const named = namePlace(curve, panel);
    const line: Layer = {
      data: { values: points.filter((point) => isInside(point, panel)) },
      mark: { type: 'line', color: referenceColor, strokeWidth: 1.5, strokeDash: [...dash], aria: false },
      encoding: axes(panel),
    };
    const text = {
      type: 'text' as const,
      text: name,
      align: side === 'left' ? ('right' as const) : ('left' as const),
      baseline: 'middle' as const,
      dx: side === 'left' ? -nameGap : nameGap,
      fontSize: 11,
      fontStyle: 'italic' as const,
      color: referenceColor,
      aria: false,
    };
    return named === null ? [line] : [line, { data: { values: [named] }, mark: text, encoding: axes(panel) }];
  });

const pointLayer = (points: readonly PresetPoint[], panel: Panel): Layer => {
  const family = (range: readonly string[]) => ({
    field: 'family',
    type: 'nominal' as const,
    scale: { domain: [...families], range: [...range] },
    legend: { orient: 'top' as const, columns: families.length, title: null, symbolFillColor: 'transparent' },
  });
  return {
    data: {
      values: points.map(({ preset, family, bits, nmse, errorFeedback }) => ({
        family,
        bits,
        nmse,
        fill: errorFeedback ? colorOf(family) : 'white',
        about: `${preset}: ${bits.toPrecision(3)} bits a parameter, NMSE ${nmse.toPrecision(3)}`,
      })),
    },
    mark: { type: 'point', size: 60, strokeWidth: 1.8, opacity: 1 },
    encoding: {
      ...axes(panel),
      stroke: family(colors),
      shape: family(shapes),
      fill: { field: 'fill', type: 'nominal', scale: null },
      description: { field: 'about' },
    },
  };
};

const nameLayers = ({ points, curves }: Figure, panel: Panel): Layer[] => {
  const place = placeIn(panel);
  const inside = points.filter((point) => isInside(point, panel));
  const unnamed = inside.filter((point) => !panel.isNamed(point)).map(place);
  const obstacles = [
    ...curves.flatMap((curve) => curveBoxes(curve, panel)),
    ...unnamed.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 })),
  ];
  const named = inside.filter((point) => panel.isNamed(point));
  const rows = placeLabels(
    named,
    (point) => ({ ...place(point), text: point.preset }),
    { width, height: panel.height },
    obstacles,
  );
  return rows.flatMap((label) => {
    const { preset, family } = label.row;
    return nameMarks(label, { text: preset, color: colorOf(family) }).map((mark): Layer => ({
      ...mark,
      encoding: axes(panel),
    }));
  });
};

/** The part of a panel that another one enlarges. */
const frame = (panel: Panel, part: Panel): Layer => ({
  data: { values: [{ bits: part.x[0], bits2: part.x[1], nmse: part.y[0], nmse2: part.y[1] }] },
  mark: { type: 'rect', fill: null, stroke: '#8a8a8a', strokeDash: [3, 3], aria: false },
  encoding: { ...axes(panel), x2: { field: 'bits2' }, y2: { field: 'nmse2' } },
});

const panelSpec = (figure: Figure, panel: Panel, extra: readonly Layer[]) => ({
  width,
  height: panel.height,
  title: { text: panel.title, fontSize: 12, fontWeight: 'bold' as const, offset: 8 },
  layer: [
    ...extra,
    ...curveLayers(figure.curves, panel),
    pointLayer(
      figure.points.filter((point) => isInside(point, panel)),
      panel,
    ),
    ...nameLayers(figure, panel),
  ],
});

/** Error against bits of all codecs: the whole range, and below it the part in which most of them are. */
export const codecFigure = (figure: Figure): TopLevelSpec => {
  const outside = figure.points.filter((point) => point.nmse > 0 && !isInside(point, far));
  if (outside.length > 0) throw new Error(`The picture has no room for ${outside.map((p) => p.preset).join(', ')}.`);
  return {
    config,
    title: { text: figure.title, subtitle: [...figure.subtitle] },
    vconcat: [panelSpec(figure, far, [frame(far, near)]), panelSpec(figure, near, [])],
  };
};
