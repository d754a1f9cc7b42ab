import { findLayer } from '../../engine/find-layer.js';
import { sizeOf } from '../../params/layout.js';
import { rowsOf } from '../../params/rows.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';

/** What a teacher says of training examples, a row an example. */
export interface Taught {
  /** Numbers of a row. */
  readonly size: number;
  rows(indices: Int32Array): Promise<Float32Array>;
}

/** Examples of one call of the engine. */
const chunk = 2000;

/** Bytes of values that are kept in memory; what is larger is computed again in every epoch. */
const mostBytes = 2 ** 29;

/** Makes other rows of rows. */
export interface RowMap {
  readonly size: number;
  map(row: Float32Array, into: Float32Array): void;
}

export interface TaughtOptions {
  /** The last one, which gives the logits, when left out. */
  readonly layer?: string;
  readonly map?: RowMap;
  /** Whether it is asked for again and again, and so computed once for all; true when left out. */
  readonly isKept?: boolean;
  /** Of the pipeline's progress. */
  readonly phase: string;
  /** Part of the phase that this is, 0 to 1. */
  readonly share?: readonly [from: number, to: number];
}

/**
 * What a layer of a teacher gives for all training examples, computed once where it fits into memory as float32
 * [examples, size].
 */
export const taughtBy = async (teacher: CompressedModel, bench: Workbench, options: TaughtOptions): Promise<Taught> => {
  const { layer, map, phase, isKept = true, share: [from, to] = [0, 1] } = options;
  const given = sizeOf(findLayer(teacher.network, layer).outputShape);
  const size = map?.size ?? given;
  const compute = async (indices: Int32Array): Promise<Float32Array> => {
    const values = await bench.predict(teacher, indices, layer);
    if (map === undefined) return values;
    const rows = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      map.map(values.subarray(i * given, (i + 1) * given), rows.subarray(i * size, (i + 1) * size));
    }
    return rows;
  };
  const { count } = bench.dataset.train;
  if (!isKept || count * size * 4 > mostBytes) return { size, rows: compute };
  const all = new Float32Array(count * size);
  for (let start = 0; start < count; start += chunk) {
    const indices = Int32Array.from({ length: Math.min(chunk, count - start) }, (_, i) => start + i);
    all.set(await compute(indices), start * size);
    bench.report({ phase, done: from + ((to - from) * (start + indices.length)) / count });
  }
  return { size, rows: async (indices) => rowsOf(all, indices, size) };
};
