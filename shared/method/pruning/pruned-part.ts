import type { CodecContext, Measures } from '../../codec/codec.js';
import { createCodec } from '../../codec/pipeline.js';
import type { Layout } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { allLiving, gatherLiving, scatterLiving, type Living } from './living.js';

/*
 * Which weights go with a link of the chain: a 1 for each that goes, a 0 for each that stays, of those that lived before. So
 * only what changes is sent. A payload of no bytes says that none goes.
 */
const codec = createCodec({
  errorFeedback: false,
  scope: 'model',
  stages: [{ integers: {} }, { entropy: { coder: 'map' } }],
});

/** Header, step and tables. */
const mostSideBytes = 64;

/** Symbols are 0 and 1, and of an alphabet of three: as they are they take two bits each. */
export const mostPrunedBytes = ({ floats }: Layout): number => Math.ceil(floats / 4) + mostSideBytes;

/** Which weights go is no vector that coding could lose something of. */
const measuresOf = ({ payloadBytes, valueBytes, entropyBytes }: Measures, weights: number): Measures => ({
  payloadBytes,
  valueBytes,
  naiveBytes: Math.ceil(weights / 8),
  entropyBytes,
  inputEnergy: 0,
  errorEnergy: 0,
  freshEnergy: 0,
  freshErrorEnergy: 0,
});

const nothing: Measures = {
  payloadBytes: 0,
  valueBytes: 0,
  naiveBytes: 0,
  entropyBytes: null,
  inputEnergy: 0,
  errorEnergy: 0,
  freshEnergy: 0,
  freshErrorEnergy: 0,
};

/** @param mask of all weights: 1 where one goes @param living before */
export const encodePruned = (
  mask: Float32Array,
  context: CodecContext,
  living: Living | null,
): { payload: Uint8Array; measures: Measures } => {
  if (mask.every((gone) => gone === 0)) return { payload: new Uint8Array(0), measures: nothing };
  const left = gatherLiving(living ?? allLiving(context.layout), mask);
  const { payload, measures } = codec.encode(left, context, {});
  return { payload, measures: measuresOf(measures, left.length) };
};

/**
 * @param living before
 * @returns 1 for each of all weights that goes, else 0
 * @throws CodedError a `codec/…` code, `compression/bad-mask`
 */
export const decodePruned = (payload: Uint8Array, context: CodecContext, living: Living | null): Float32Array => {
  const before = living ?? allLiving(context.layout);
  if (payload.length === 0) return new Float32Array(before.total);
  const left = codec.decode(payload, context);
  const wrong = left.find((gone) => gone !== 0 && gone !== 1);
  if (wrong !== undefined) {
    throw new CodedError('compression/bad-mask', `What a task says of a pruned weight is ${wrong}.`, {
      hint: 'It must be 1 where a weight goes and 0 where it stays.',
    });
  }
  return scatterLiving(before, left);
};
