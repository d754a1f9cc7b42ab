import { softmax } from './activations.js';
import { affine } from './dense.js';
import type { ReferenceLayer } from './layer.js';

/* Layers on texts: [positions, width]. */

export const embedding: ReferenceLayer<'embedding'> = ({ parameter }, { options, tensors }, [rows]) => {
  const { outputDim, positions } = options;
  const vectors = parameter(tensors['embeddings']);
  const places = positions ? parameter(tensors['positions']) : null;
  return rows.map((tokens) =>
    Float64Array.from({ length: tokens.length * outputDim }, (_, at) => {
      const token = tokens[Math.floor(at / outputDim)];
      return vectors[token * outputDim + (at % outputDim)] + (places === null ? 0 : places[at]);
    }),
  );
};

/** One head of a text: the mean of the values, weighted by softmax(q · k / √keyDim) over the positions up to its own. */
const attend = (query: number[][], key: number[][], value: number[][]): number[][] =>
  query.map((q, position) => {
    const scores = key
      .slice(0, position + 1)
      .map((k) => k.reduce((sum, factor, i) => sum + factor * q[i], 0) / Math.sqrt(q.length));
    const shares = softmax(scores);
    return q.map((_, i) => shares.reduce((sum, share, at) => sum + share * value[at][i], 0));
  });

export const causalSelfAttention: ReferenceLayer<'causalSelfAttention'> = (
  run,
  { options, tensors, outputShape },
  [rows],
) => {
  const { numHeads, keyDim } = options;
  const [positions, width] = outputShape;
  const inner = numHeads * keyDim;
  const project = (row: Float64Array, name: string, units: number): Float64Array =>
    affine(row, run.parameter(tensors[`${name}_kernel`]), run.parameter(tensors[`${name}_bias`]), units);
  return rows.map((row) => {
    const [query, key, value] = ['query', 'key', 'value'].map((name) => project(row, name, inner));
    const together = new Float64Array(positions * inner);
    for (let head = 0; head < numHeads; head++) {
      const ofHead = (values: Float64Array): number[][] =>
        Array.from({ length: positions }, (_, position) => {
          const start = position * inner + head * keyDim;
          return [...values.subarray(start, start + keyDim)];
        });
      const attended = attend(ofHead(query), ofHead(key), ofHead(value));
      for (const [position, values] of attended.entries()) together.set(values, position * inner + head * keyDim);
    }
    return project(together, 'output', width);
  });
};

export const lastPosition: ReferenceLayer<'lastPosition'> = (_run, { outputShape }, [rows]) =>
  rows.map((row) => row.slice(row.length - outputShape[0]));
