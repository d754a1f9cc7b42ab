import type { LayerName, PlacedLayer } from '../models/network.js';

/* Numbers on grids, which integers stand for (Jacob et al., CVPR 2018, section 2.1): value = scale · (level − zero point). */

/**
 * The numbers that a tensor's values can be: scale · (q − zeroPoint) with q a whole number from `least` to `most`. Zero is
 * one of them exactly.
 */
export interface Grid {
  /** 2 to 8. */
  readonly bits: number;
  /** A level fits a signed byte where this is below 0, else an unsigned one. */
  readonly least: number;
  readonly most: number;
  /** One for the whole tensor, or one for each output channel: the last extent, in a depthwise kernel the last two. */
  readonly scales: Float32Array;
  /** As many as scales, each from `least` to `most`; all 0 where the grid is symmetric. */
  readonly zeroPoints: Int32Array;
}

/** What is stored, or computed, as integers. */
export interface Quantization {
  /** By the tensor's name. The parameters themselves lie on these grids. */
  readonly weights: ReadonlyMap<string, Grid>;
  /** Of what a layer gives, by its name; `input` for the network's. One scale each. Empty: activations are float32. */
  readonly activations: ReadonlyMap<string, Grid>;
}

/** 1.5 · 2^23: a float32 below 2^22 loses its fraction when this is added, rounded half to even as the machine does. */
const fractionDrop = 12_582_912;

/**
 * The level of a value, as ONNX's QuantizeLinear computes it: the float32 quotient, rounded half to even, and the ends of
 * the grid for what lies outside.
 * @param value finite
 */
export const levelOf = (value: number, scale: number, zeroPoint: number, { least, most }: Grid): number => {
  const steps = Math.fround(value / scale);
  const inside = Math.min(Math.max(steps, least - zeroPoint), most - zeroPoint);
  return Math.fround(inside + fractionDrop) - fractionDrop + zeroPoint;
};

/** Levels of a tensor. @param values channels last, as many channels as the grid has scales where it has several */
export const toLevels = (values: Float32Array, grid: Grid): Int32Array => {
  const { scales, zeroPoints } = grid;
  const channels = scales.length;
  return Int32Array.from(values, (value, i) => levelOf(value, scales[i % channels], zeroPoints[i % channels], grid));
};

/** The numbers that levels stand for, in float32 arithmetic. */
export const fromLevels = (levels: ArrayLike<number>, { scales, zeroPoints }: Grid): Float32Array =>
  Float32Array.from(levels, (level, i) => scales[i % scales.length] * (level - zeroPoints[i % scales.length]));

/** Each value moved to the grid. */
export const onGrid = (values: Float32Array, grid: Grid): Float32Array => fromLevels(toLevels(values, grid), grid);

/** Layers whose values are some of those that they take, or 0. */
const carriers: ReadonlySet<LayerName> = new Set([
  'channelShuffle',
  'dropout',
  'flatten',
  'lastPosition',
  'maxPooling2d',
  'reshape',
  'shift',
]);

/** Whether a layer's values lie on the grid of those that it takes. */
export const carriesGrid = (kind: LayerName): boolean => carriers.has(kind);

/** The grids of all values that have one: those given, and where layers carry them on. @param activations by layer, or `input` */
export const carriedGrids = (
  layers: readonly PlacedLayer[],
  activations: ReadonlyMap<string, Grid>,
): ReadonlyMap<string, Grid> => {
  const grids = new Map(activations);
  for (const { kind, name, from } of layers) {
    const carried = carriesGrid(kind) ? grids.get(from[0]) : undefined;
    if (carried !== undefined && !grids.has(name)) grids.set(name, carried);
  }
  return grids;
};
