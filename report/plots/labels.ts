/** Where a label stands beside its point, in pixels. */
export interface PlacedLabel<R> {
  readonly row: R;
  readonly align: 'left' | 'right' | 'center';
  readonly dx: number;
  readonly dy: number;
  /** The part of it that lies on other things, or outside: 0 for none; more than 1 where several lie on each other. */
  readonly covered: number;
}

/** A rectangle in pixels, y downwards. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What a mark of text has besides its place. */
export interface NameStyle {
  readonly text?: string;
  readonly color?: string;
  readonly fontWeight?: 'bold' | 'normal';
}

/** A placed label as marks of text: a white rim first keeps it readable where a line passes under it. */
export const nameMarks = <R>({ row, align, dx, dy }: PlacedLabel<R>, style: NameStyle = {}) =>
  [{ stroke: 'white', strokeWidth: 3 }, {}].map((rim) => ({
    data: { values: [row] },
    mark: {
      type: 'text' as const,
      align,
      baseline: 'middle' as const,
      dx,
      dy,
      fontSize: 11,
      aria: false,
      ...style,
      ...rim,
    },
  }));

/** Rough size of 11 px text; only used to keep labels apart. */
const characterWidth = 6.6;
const textHeight = 14;
const pointRadius = 8;

type Position = Pick<PlacedLabel<unknown>, 'align' | 'dx' | 'dy'>;

const positions: readonly Position[] = [
  { align: 'left', dx: 10, dy: 0 },
  { align: 'right', dx: -10, dy: 0 },
  { align: 'center', dx: 0, dy: -14 },
  { align: 'center', dx: 0, dy: 14 },
  { align: 'left', dx: 8, dy: -12 },
  { align: 'left', dx: 8, dy: 12 },
  { align: 'right', dx: -8, dy: -12 },
  { align: 'right', dx: -8, dy: 12 },
  { align: 'center', dx: 0, dy: -28 },
  { align: 'center', dx: 0, dy: 28 },
];

const boxOf = (x: number, y: number, text: string, { align, dx, dy }: Position): Box => {
  const width = text.length * characterWidth;
  const left = x + dx - (align === 'left' ? 0 : align === 'right' ? width : width / 2);
  return { left, right: left + width, top: y + dy - textHeight / 2, bottom: y + dy + textHeight / 2 };
};

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/** @returns the part of a box outside the picture, which is as bad as lying on something */
const outside = (box: Box, width: number, height: number): number =>
  (box.right - box.left) * textHeight - overlap(box, { left: 0, right: width, top: 0, bottom: height });

/**
 * Puts a label beside each point where it covers the least of other points, other labels and the outside.
 * @param place pixel position and text of a row
 * @param area size of the picture
 * @param obstacles what else labels should not cover
 * @param mostCovered a label of which a larger part would be covered is not to be drawn: others may take its place
 */
export const placeLabels = <R>(
  rows: readonly R[],
  place: (row: R) => { x: number; y: number; text: string },
  area: { readonly width: number; readonly height: number },
  obstacles: readonly Box[] = [],
  mostCovered = Infinity,
): PlacedLabel<R>[] => {
  const points = rows.map(place);
  const marks = points.map(({ x, y }) => ({
    left: x - pointRadius,
    right: x + pointRadius,
    top: y - pointRadius,
    bottom: y + pointRadius,
  }));
  const taken: Box[] = [...marks, ...obstacles];
  return rows.map((row, index) => {
    const { x, y, text } = points[index];
    const costs = positions.map((position) => {
      const box = boxOf(x, y, text, position);
      return taken.reduce((sum, other) => sum + overlap(box, other), outside(box, area.width, area.height));
    });
    const least = Math.min(...costs);
    const best = positions[costs.indexOf(least)];
    const covered = least / (text.length * characterWidth * textHeight);
    if (covered <= mostCovered) taken.push(boxOf(x, y, text, best));
    return { row, ...best, covered };
  });
};
