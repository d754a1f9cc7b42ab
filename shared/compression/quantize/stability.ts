import { carriedGrids, toLevels, type Grid } from '../../engine/grid.js';
import { biasScales, spreadOf } from '../../engine/onnx/stored-integers.js';
import { kernelsOf } from '../../models/kernels.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { binsOfSign, totalOf, type ValueCounts } from './counts.js';

/* What can go wrong with numbers on grids, found a layer at a time and told as warnings. */

/** Part of the values outside their grid's range from which it is told. */
export const mostSaturated = 0.01;

/** Part of a grid's levels that values reach, below which it is told: more than half lie idle, a bit is lost. */
export const leastUsed = 0.5;

/** The largest sum that a 32-bit accumulator holds. */
const mostSum = 2 ** 31 - 1;

type Warn = Pick<Workbench, 'warn'>;

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

/** The part of values outside what a grid covers, but for half a step. */
export const saturationOf = ({ bins, exponent, ...counts }: ValueCounts, grid: Grid): number => {
  const { scales, zeroPoints, least, most } = grid;
  const low = (least - zeroPoints[0] - 0.5) * scales[0];
  const high = (most - zeroPoints[0] + 0.5) * scales[0];
  const width = 2 ** exponent;
  let outside = 0;
  for (let i = 0; i < bins.length; i++) {
    const middle = (i - binsOfSign + 0.5) * width;
    if (bins[i] > 0 && (middle < low || middle > high)) outside += bins[i];
  }
  return outside / Math.max(1, totalOf({ bins, exponent, ...counts }));
};

/** The part of a grid's levels from the lowest to the highest that values reach. */
export const usedPart = ({ least, largest }: Pick<ValueCounts, 'least' | 'largest'>, grid: Grid): number => {
  const [low, high] = toLevels(Float32Array.of(Math.min(0, least), Math.max(0, largest)), grid);
  return (high - low + 1) / (grid.most - grid.least + 1);
};

/** Tells of points whose range leaves much out, or is hardly used. */
export const warnOfActivations = (
  counts: ReadonlyMap<string, ValueCounts>,
  grids: ReadonlyMap<string, Grid>,
  bench: Warn,
): void => {
  for (const [point, grid] of grids) {
    const of = counts.get(point);
    if (of === undefined || point === 'input') continue;
    const layer = point;
    const outside = saturationOf(of, grid);
    if (outside > mostSaturated) {
      const message = `${percent(outside)} of what '${point}' gives lies outside its range and is cut off.`;
      bench.warn({ code: 'compression/saturation', layer, message });
    }
    if (of.least === of.largest) {
      const message = `'${point}' gave ${of.least} for every calibration example: it says nothing.`;
      bench.warn({ code: 'compression/dead-range', layer, message });
    } else if (usedPart(of, grid) < leastUsed) {
      const message = `Values of '${point}' reach only ${percent(usedPart(of, grid))} of its levels.`;
      bench.warn({ code: 'compression/dead-range', layer, message });
    }
  }
};

/** Tells of kernels that are 0 on their grids, though they were not before. */
export const warnOfKernels = (
  { network, parameters: { floats } }: CompressedModel,
  grids: ReadonlyMap<string, Grid>,
  bench: Warn,
): void => {
  const kernels = kernelsOf(network.layers);
  for (const { name, offset, size } of network.layout.tensors) {
    const grid = grids.get(name);
    if (grid === undefined) continue;
    const values = floats.subarray(offset, offset + size);
    const levels = toLevels(values, grid);
    const channels = grid.scales.length;
    const [were, are] = [new Uint8Array(channels), new Uint8Array(channels)];
    for (let i = 0; i < size; i++) {
      if (values[i] !== 0) were[i % channels] = 1;
      if (levels[i] !== grid.zeroPoints[i % channels]) are[i % channels] = 1;
    }
    const dead = were.reduce((count, was, i) => count + (was === 1 && are[i] === 0 ? 1 : 0), 0);
    if (dead === 0) continue;
    const layer = kernels.get(name)?.name ?? name;
    const what = channels === 1 ? 'Every weight' : `Every weight of ${dead} of ${channels} channels`;
    bench.warn({
      code: 'compression/dead-range',
      layer,
      message: `${what} of '${layer}' has become 0 with ${grid.bits} bits.`,
    });
  }
};

/** The largest magnitude that a layer's sums of products can have: every input at the end that adds most. */
const worstSum = (levels: Int32Array, weights: Grid, input: Grid): Float64Array => {
  const channels = weights.scales.length;
  const reach = spreadOf(weights) * Math.max(input.most - input.zeroPoints[0], input.zeroPoints[0] - input.least);
  const sums = new Float64Array(channels);
  for (const [i, level] of levels.entries()) {
    sums[i % channels] += Math.abs(level - weights.zeroPoints[i % channels]) * reach;
  }
  return sums;
};

/** Tells of layers whose sums, or biases, may not fit into 32 bits. */
export const warnOfSums = ({ network, parameters, quantization }: CompressedModel, bench: Warn): void => {
  if (quantization === null) return;
  const { floats } = parameters;
  const places = new Map(network.layout.tensors.map((tensor) => [tensor.name, tensor]));
  const grids = carriedGrids(network.layers, quantization.activations);
  for (const { name, from, tensors } of network.layers) {
    const input = grids.get(from[0]);
    const kernel = places.get(tensors['kernel']);
    const grid = quantization.weights.get(tensors['kernel']);
    if (kernel === undefined || grid === undefined || input === undefined) continue;
    const levels = toLevels(floats.subarray(kernel.offset, kernel.offset + kernel.size), grid);
    const sums = worstSum(levels, grid, input);
    const scales = biasScales(grid, input);
    const bias = places.get(tensors['bias']);
    const biases = bias === undefined ? [] : floats.subarray(bias.offset, bias.offset + bias.size);
    const largest = Array.from(biases, (value, i) => Math.abs(value) / scales[i % scales.length]);
    const isTooLarge =
      sums.some((sum, i) => sum + (largest[i] ?? 0) > mostSum) || largest.some((level) => level > mostSum);
    if (!isTooLarge) continue;
    const message = `Sums of '${name}' may leave the range of 32-bit integers.`;
    bench.warn({ code: 'compression/overflow', layer: name, message });
  }
};
