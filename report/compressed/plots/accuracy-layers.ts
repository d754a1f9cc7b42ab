import type { Layer } from '../../plots/curve-layers.js';
import { nameMarks, placeLabels, type Box } from '../../plots/labels.js';
import { logTicks } from '../../plots/log-axis.js';
import { palette, referenceColor, size } from '../../plots/theme.js';

/** A model after a step as a point. */
export interface AccuracyPoint {
  readonly label: string;
  /** What is paid, above 0. */
  readonly cost: number;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly about: string;
  /** Another cost of the same model, shown as a hollow square beside the point. */
  readonly otherCost?: number;
}

const domainsOf = (points: readonly AccuracyPoint[]): { x: [number, number]; y: [number, number] } => {
  const costs = points.flatMap(({ cost, otherCost = cost }) => [cost, otherCost]);
  const accuracies = points.map(({ accuracy }) => accuracy);
  const [low, high] = [Math.min(...accuracies), Math.max(...accuracies)];
  const margin = Math.max((high - low) * 0.15, 0.002);
  return {
    x: [Math.min(...costs) / 1.5, Math.max(...costs) * 1.6],
    y: [Math.max(0, low - margin), Math.min(1, high + margin)],
  };
};

/** The line between points as small squares, so that no name lies on it. */
const lineBoxes = (places: readonly { readonly x: number; readonly y: number }[]): Box[] =>
  places.slice(1).flatMap((to, i) => {
    const from = places[i];
    const squares = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 8);
    return Array.from({ length: squares }, (_, square) => {
      const share = square / squares;
      const [x, y] = [from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)];
      return { left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 };
    });
  });

/**
 * Points with their names, joined in their order.
 * @param title of the axis of costs
 */
export const accuracyLayers = (
  points: readonly AccuracyPoint[],
  title: string,
  { joined = true }: { readonly joined?: boolean } = {},
): Layer[] => {
  const { x, y } = domainsOf(points);
  const acrossOf = (cost: number): number => (Math.log(cost / x[0]) / Math.log(x[1] / x[0])) * size.width;
  const downOf = (accuracy: number): number => ((y[1] - accuracy) / (y[1] - y[0])) * size.height;
  const values = points.map((point, order) => ({ ...point, order }));
  const place = ({ cost, accuracy, label }: AccuracyPoint) => ({ x: acrossOf(cost), y: downOf(accuracy), text: label });
  const placed = placeLabels(values, place, size, joined ? lineBoxes(points.map(place)) : []);
  const scale = { type: 'log' as const, domain: x, nice: false };
  const encodingX = {
    field: 'cost',
    type: 'quantitative' as const,
    title,
    scale,
    axis: { format: '~g', values: logTicks(...x) },
  };
  const encodingY = {
    field: 'accuracy',
    type: 'quantitative' as const,
    title: 'Test accuracy',
    scale: { domain: y, zero: false, nice: false },
    axis: { format: '~%' },
  };
  const others = values.filter(({ cost, otherCost = cost }) => otherCost !== cost);
  const otherX = { ...encodingX, field: 'otherCost' };
  return [
    ...(joined
      ? [
          {
            data: { values },
            mark: { type: 'line', color: referenceColor, strokeWidth: 1.2, strokeDash: [4, 3], aria: false },
            encoding: { x: encodingX, y: encodingY, order: { field: 'order', type: 'quantitative' } },
          } satisfies Layer,
        ]
      : []),
    ...(others.length === 0
      ? []
      : [
          {
            data: { values: others },
            mark: { type: 'rule', color: '#cccccc', strokeWidth: 1.2, aria: false },
            encoding: { x: encodingX, x2: { field: 'otherCost' }, y: encodingY },
          } satisfies Layer,
          {
            data: { values: others },
            mark: { type: 'point', shape: 'square', size: 50, color: palette[0], strokeWidth: 1.5, opacity: 1 },
            encoding: { x: otherX, y: encodingY, description: { field: 'about' } },
          } satisfies Layer,
        ]),
    {
      data: { values },
      mark: { type: 'point', filled: true, size: 90, color: palette[0], opacity: 1 },
      encoding: { x: encodingX, y: encodingY, description: { field: 'about' } },
    },
    ...placed.flatMap((label) =>
      nameMarks(label).map((mark): Layer => ({
        ...mark,
        encoding: { x: encodingX, y: encodingY, text: { field: 'label' } },
      })),
    ),
  ];
};
