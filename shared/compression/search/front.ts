import { better } from './strategies/strategy.js';

interface Point {
  readonly accuracy: number;
  readonly flops: number;
}

/** Those that no other beats: more accurate than every one of at most as many FLOPs. By rising FLOPs. */
export const frontOf = <T extends Point>(points: readonly T[]): readonly T[] => {
  const front: T[] = [];
  for (const point of points.toSorted((a, b) => a.flops - b.flops || b.accuracy - a.accuracy)) {
    if (front.length === 0 || point.accuracy > front[front.length - 1].accuracy) front.push(point);
  }
  return front;
};

/** The most accurate one; of equal ones that of the fewest FLOPs. @param points one or more */
export const bestOf = <T extends Point>(points: readonly T[]): T => points.reduce((best, point) => better(best, point));
