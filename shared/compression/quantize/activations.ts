import type { Dataset } from '../../data/dataset.js';
import type { Grid } from '../../engine/grid.js';
import { exportOnnx, valueOutput } from '../../engine/onnx/export.js';
import { ModelRunner } from '../../engine/onnx/model-runner.js';
import type { CompiledNetwork } from '../../models/network.js';
import { sizeOf } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { inputsOf } from '../evaluate.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { calibrate, type Calibration } from './calibrate.js';
import { countValues, mergeCounts, noCounts, type ValueCounts } from './counts.js';
import { makeGrid, type GridForm } from './make-grid.js';
import { activationPoints } from './points.js';

/** How activations are quantized. */
export interface ActivationOptions {
  readonly bits: number;
  readonly isSymmetric: boolean;
  readonly calibration: Calibration;
  readonly percentile: number;
}

/** Bits of the network's input, whatever the others have: the data are bytes. */
export const inputBits = 8;

/** Numbers of all points that are held at once. */
const mostNumbers = 8_000_000;

/** The most examples that may be computed at once. */
const rowsAtOnce = ({ network, layers }: CompiledNetwork, points: readonly string[]): number => {
  const given = layers.filter(({ name }) => points.includes(name)).map(({ outputShape }) => sizeOf(outputShape));
  return Math.max(1, Math.floor(mostNumbers / given.reduce((sum, size) => sum + size, sizeOf(network.input))));
};

/**
 * Counts what the quantized points of a network give in float32 for some training examples.
 * @param indices of training examples
 * @returns by the points' names
 * @throws CodedError `compression/impossible` without examples, or where a layer gives what is not finite;
 * `engine/unavailable` without onnxruntime
 */
export const collectCounts = async (
  { network, parameters }: CompressedModel,
  bench: Workbench,
  indices: Int32Array,
  phase: string,
): Promise<ReadonlyMap<string, ValueCounts>> => {
  if (indices.length === 0) {
    throw new CodedError('compression/impossible', 'There are no examples to calibrate with.', {
      hint: 'Take at least one.',
    });
  }
  const points = activationPoints(network);
  const found = new Map(points.map((point) => [point, noCounts()]));
  const count = (point: string, values: Float32Array): void => {
    found.set(point, mergeCounts(found.get(point) ?? noCounts(), countValues(values)));
  };
  const { scale, inputShape } = bench.dataset;
  const layers = points.filter((point) => point !== 'input');
  const runner = await ModelRunner.open(exportOnnx(network, parameters, { scale, values: layers }));
  try {
    const rows = rowsAtOnce(network, points);
    for (let start = 0; start < indices.length; start += rows) {
      const some = indices.subarray(start, start + rows);
      const inputs = inputsOf(bench.dataset, 'train', some);
      const values = await runner.run(inputs, [some.length, ...inputShape]);
      if (found.has('input')) count('input', inputs);
      for (const layer of layers) count(layer, values.get(valueOutput(layer)) ?? new Float32Array(0));
      bench.report({ phase, done: Math.min(1, (start + rows) / indices.length) });
    }
  } finally {
    await runner.release();
  }
  return found;
};

/** Unsigned levels where nothing is negative, so that none is lost. */
const formOf = ({ least }: ValueCounts, isSymmetric: boolean): GridForm => {
  if (!isSymmetric) return 'offset';
  return least >= 0 ? 'unsigned' : 'signed';
};

/** The grid of the network's input where the data are bytes: they are its levels, nothing is lost. Null for floats. */
export const inputGridOf = ({ train, scale }: Pick<Dataset, 'train' | 'scale'>): Grid | null =>
  train.inputs instanceof Uint8Array
    ? { bits: inputBits, least: 0, most: 255, scales: Float32Array.of(scale), zeroPoints: Int32Array.of(0) }
    : null;

/**
 * The grid of each point.
 * @param counts by the points' names: those of one calibration, or merged from many clients
 * @param inputGrid of the network's input, where it is known; else found from the counts, over all of their range
 */
export const activationGrids = (
  counts: ReadonlyMap<string, ValueCounts>,
  { bits, isSymmetric, calibration, percentile }: ActivationOptions,
  inputGrid: Grid | null,
): ReadonlyMap<string, Grid> =>
  new Map(
    Array.from(counts, ([point, of]): [string, Grid] => {
      const isInput = point === 'input';
      if (isInput && inputGrid !== null) return [point, inputGrid];
      const form = formOf(of, isSymmetric);
      const own = isInput ? inputBits : bits;
      const how = isInput ? 'minmax' : calibration;
      return [point, makeGrid([calibrate(of, { calibration: how, percentile, form, bits: own })], form, own)];
    }),
  );
