import type { Grid } from '../grid.js';
import { integer, type GraphBuilder } from './graph.js';

/* Parameters that an ONNX file holds as integers, and the float32 numbers that they stand for in the graph. */

/** What is added to the levels of a grid so that they are unsigned bytes. */
export const unsignedShift = ({ least }: Pick<Grid, 'least'>): number => (least < 0 ? 128 : 0);

/**
 * What levels of fewer than 8 bits are multiplied by in a file, and their scale divided by, so that they fill 7 bits: a
 * power of two, which changes no value. Sums, and with them the biases, are then in smaller steps.
 */
export const spreadOf = ({ bits }: Pick<Grid, 'bits'>): number => (bits < 8 ? 2 ** (7 - bits) : 1);

/** What a kernel is stored as. */
export interface KernelLevels {
  readonly name: string;
  readonly shape: readonly number[];
  /** In the order of `shape`. */
  readonly levels: Int32Array;
  readonly grid: Grid;
  /** Of the output channels in `shape`. */
  readonly axis: number;
}

/**
 * A kernel as bytes: signed ones up to 7 bits, unsigned ones with 8. On processors without instructions for dot products
 * of bytes (AVX2), runtimes add two products of an unsigned and a signed byte in 16 bits, where those of 8 bits saturate;
 * products of unsigned bytes are exact everywhere.
 * @returns the name of the numbers that they stand for
 */
export const storedKernel = (graph: GraphBuilder, { name, shape, levels, grid, axis }: KernelLevels): string => {
  const { scales, zeroPoints, bits } = grid;
  const type = bits < 8 ? 'int8' : 'uint8';
  const shift = bits < 8 ? 0 : unsignedShift(grid);
  const dimensions = scales.length === 1 ? [] : [scales.length];
  const spread = spreadOf(grid);
  const shifted = levels.map((level) => level * spread + shift);
  const stored = graph.named(name, shape, type === 'int8' ? Int8Array.from(shifted) : Uint8Array.from(shifted), type);
  const scale = graph.floats(
    dimensions,
    Array.from(scales, (one) => one / spread),
  );
  const zeros = Array.from(zeroPoints, (zeroPoint) => zeroPoint * spread + shift);
  return graph.op('DequantizeLinear', [stored, scale, graph.integers(type, dimensions, zeros)], {
    axis: integer(axis),
  });
};

/** Scales of the sums of products of stored levels: a bias on them is added to the sums as it is. */
export const biasScales = (weights: Grid, input: Grid): Float32Array =>
  weights.scales.map((scale) => (scale / spreadOf(weights)) * input.scales[0]);

const largestInteger = 2 ** 31 - 1;

/** A bias as 32-bit integers of the sums' scales; what does not fit is cut off. */
export const biasLevels = (values: Float32Array, scales: Float32Array): Int32Array =>
  Int32Array.from(values, (value, i) => {
    const level = Math.round(value / scales[i % scales.length]);
    return Math.min(largestInteger, Math.max(-largestInteger, level));
  });

/** A bias as integers, or as float32 where the layer's input is. @returns the name of the numbers */
export const storedBias = (
  graph: GraphBuilder,
  bias: { readonly name: string; readonly values: Float32Array; readonly grid: Grid; readonly inputGrid: Grid | null },
): string => {
  const { name, values, grid, inputGrid } = bias;
  if (inputGrid === null) return graph.named(name, [values.length], values);
  const scales = biasScales(grid, inputGrid);
  const each = values.length === scales.length && scales.length > 1;
  const stored = graph.named(name, [values.length], biasLevels(values, scales), 'int32');
  const scale = graph.floats(each ? [scales.length] : [], Array.from(each ? scales : scales.subarray(0, 1)));
  return graph.op('DequantizeLinear', [stored, scale], { axis: integer(0) });
};
