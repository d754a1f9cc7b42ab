import type { Grid } from '../../engine/grid.js';
import { leastStep } from '../../engine/quantized.js';

/** The values that a grid is to cover: 0 is among them. */
export interface ValueRange {
  /** At most 0. */
  readonly low: number;
  /** At least 0. */
  readonly high: number;
}

/**
 * How levels lie around 0. `signed`: from −(2^(b−1) − 1) to 2^(b−1) − 1 with zero point 0; `unsigned`: from 0 to 2^b − 1
 * with zero point 0; `offset`: 2^b levels from the least to the largest value, the zero point where 0 is, in unsigned
 * (`offset`) or signed (`signedOffset`) bytes.
 */
export type GridForm = 'signed' | 'unsigned' | 'offset' | 'signedOffset';

const endsOf = (form: GridForm, bits: number): [least: number, most: number] => {
  const half = 2 ** (bits - 1);
  if (form === 'signed') return [-(half - 1), half - 1];
  return form === 'signedOffset' ? [-half, half - 1] : [0, 2 * half - 1];
};

/** A scale so small that products of two would vanish stands for a tensor of zeros: any scale does, all levels are 0. */
export const safeScale = (scale: number): number => (scale > leastStep ? scale : 1);

/** Of float32: a range of both signs may be twice as long. */
const largestFloat = 3.4028234663852886e38;

const scaleOf = ({ low, high }: ValueRange, form: GridForm, bits: number): number => {
  const [least, most] = endsOf(form, bits);
  const isOffset = form === 'offset' || form === 'signedOffset';
  const span = isOffset ? high - low : Math.max(high, form === 'signed' ? -low : 0);
  // As quantization in training computes it, in float32: models trained for a grid get this very one.
  return safeScale(
    Math.fround(Math.fround(Math.min(span, largestFloat)) * Math.fround(1 / (isOffset ? most - least : most))),
  );
};

/** The grid over one range for a whole tensor, or over one each for its channels. @param bits 2 to 8 */
export const makeGrid = (ranges: readonly ValueRange[], form: GridForm, bits: number): Grid => {
  const [least, most] = endsOf(form, bits);
  const scales = Float32Array.from(ranges, (range) => scaleOf(range, form, bits));
  const zeroPoints = Int32Array.from(ranges, ({ low }, i) => {
    if (form === 'signed' || form === 'unsigned') return 0;
    return Math.min(most, Math.max(least, least - Math.round(low / scales[i])));
  });
  return { bits, least, most, scales, zeroPoints };
};
