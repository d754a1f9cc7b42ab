import type { FeatureLoss } from '../../../shared/engine/engine.js';

type Rows = readonly ArrayLike<number>[];

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const euclidean = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]));
const huber = (x: number): number => (Math.abs(x) <= 1 ? x ** 2 / 2 : Math.abs(x) - 0.5);
const places = (rows: Rows): number[] => rows.map((_, i) => i);

/** Distances of all pairs over their mean. */
const relativeDistances = (rows: Rows): number[][] => {
  const all = rows.map((a) => rows.map((b) => euclidean(a, b)));
  const mean = sum(all.flat()) / (rows.length * (rows.length - 1));
  return all.map((row) => row.map((distance) => (rows.length === 1 ? 0 : distance / mean)));
};

/** Cosine of the angle at b, 0 where two of the points are one. */
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): number => {
  const product = sum(Array.from(a, (value, i) => (value - b[i]) * (c[i] - b[i])));
  return product / (euclidean(a, b) * euclidean(c, b));
};

const distance = (values: Rows, targets: Rows): number => {
  const [own, taught] = [relativeDistances(values), relativeDistances(targets)];
  return sum(own.flatMap((row, i) => row.map((value, j) => huber(value - taught[i][j])))) / values.length ** 2;
};

const angle = (values: Rows, targets: Rows): number => {
  const at = places(values);
  let total = 0;
  for (const i of at) {
    for (const j of at) {
      for (const k of at) {
        if (i === j || j === k || i === k) continue;
        const taught = cosine(targets[i], targets[j], targets[k]);
        total += huber(cosine(values[i], values[j], values[k]) - taught);
      }
    }
  }
  return total / at.length ** 3;
};

const attention = (image: ArrayLike<number>, target: ArrayLike<number>): number => {
  const channels = image.length / target.length;
  const map = Array.from(target, (_, position) =>
    sum(Array.from({ length: channels }, (_, channel) => image[position * channels + channel] ** 2)),
  );
  const norm = Math.hypot(...map);
  return sum(map.map((value, i) => (value / norm - target[i]) ** 2));
};

const hint = (value: ArrayLike<number>, target: ArrayLike<number>): number =>
  sum(Array.from(value, (v, i) => (v - target[i]) ** 2)) / value.length / 2;

const statistics = (values: Rows, { mean, variance }: FeatureLoss & { kind: 'statistics' }): number => {
  const channels = mean.length;
  const terms = Array.from(mean, (known, channel) => {
    const all = values.flatMap((row) => Array.from(row).filter((_, i) => i % channels === channel));
    const own = sum(all) / all.length;
    const spread = sum(all.map((value) => (value - own) ** 2)) / all.length;
    return (own - known) ** 2 / variance[channel] + (spread / variance[channel] - 1) ** 2;
  });
  return sum(terms) / channels;
};

/** A feature loss of rows that all count the same. @param values what the layer gives. @param targets of the rows */
export const featureLoss = (feature: FeatureLoss, values: Rows, targets: Rows): number => {
  const mean = (of: (value: ArrayLike<number>, target: ArrayLike<number>) => number): number =>
    sum(values.map((value, i) => of(value, targets[i]))) / values.length;
  const losses = {
    hint: () => mean(hint),
    attention: () => mean(attention),
    distance: () => distance(values, targets),
    angle: () => angle(values, targets),
    statistics: () => (feature.kind === 'statistics' ? statistics(values, feature) : Number.NaN),
  };
  return feature.weight * losses[feature.kind]();
};
