import type { Layout } from '../params/layout.js';
import { BitReader, BitWriter } from '../util/bits.js';
import { CodedError } from '../util/errors.js';
import type { Choice } from '../util/registry.js';
import type { Codec, CodecContext, CodecState, Encoded, Measures } from './codec.js';
import { createFeedback } from './error-feedback.js';
import type { FeedbackChoice } from './feedback/feedback.js';
import { checkHeader, makeHeader } from './header.js';
import { addPieces, assemble, supportOf, type Piece } from './pieces.js';
import { createStages, resolveChoices } from './stage.js';
import { decodeUnit, encodeUnit, isEntropyCoded, maxUnitBytes, type Tally } from './unit-coder.js';
import { makeUnits, unitExtents } from './unit.js';
import type { Floats } from './value.js';

/** How a vector is coded: stages one after the other; without stages it travels as float32. */
export interface Coding {
  /** Whether and how what coding loses comes back later; true: `residual` with its defaults. */
  readonly errorFeedback: FeedbackChoice;
  /** Whether the stages see the whole model as one vector or each tensor by itself. */
  readonly scope: 'model' | 'tensor';
  readonly stages: readonly Choice[];
}

/** A coded vector; what it decodes to is put together only when asked for. */
class CodedVector implements Encoded {
  readonly payload: Uint8Array;
  readonly state: CodecState;
  readonly measures: Measures;
  private readonly pieces: readonly Piece[];
  private readonly length: number;
  private dense: Float32Array | null = null;

  constructor(
    { payload, state, measures }: Pick<Encoded, 'payload' | 'state' | 'measures'>,
    pieces: readonly Piece[],
    length: number,
  ) {
    this.payload = payload;
    this.state = state;
    this.measures = measures;
    this.pieces = pieces;
    this.length = length;
  }

  get decoded(): Float32Array {
    this.dense ??= assemble(this.pieces, this.length);
    return this.dense;
  }

  get support(): Uint32Array | null {
    return supportOf(this.pieces);
  }
}

/** A piece with memory of its own: a unit that is sent as it is decodes to a part of the input, which error feedback changes. */
const apart = (offset: number, value: Floats, input: Float32Array): Piece =>
  value.values.buffer === input.buffer
    ? { offset, value: { ...value, values: value.values.slice() } }
    : { offset, value };

const requireLength = (length: number, layout: Layout, what: string): void => {
  if (length === layout.floats) return;
  throw new CodedError('codec/wrong-size', `${what} has ${length} numbers.`, {
    where: `layout ${layout.id}`,
    hint: `The layout has ${layout.floats}.`,
  });
};

/**
 * Makes the codec of a coding: stages, then streams into one payload, around it error feedback. Both sides make it
 * from the same coding.
 * @throws CodedError `codec/impossible-order`, `argument/unknown-name`, `argument/invalid`
 */
export const createCodec = ({ errorFeedback, scope, stages }: Coding): Codec => {
  const choices = resolveChoices(stages);
  const chain = createStages(choices);
  const feedback = createFeedback(errorFeedback);
  const headers = new WeakMap<Layout, Uint8Array>();
  const headerOf = (layout: Layout): Uint8Array => {
    const header = headers.get(layout) ?? makeHeader(layout, scope, chain.stageCodes, choices);
    headers.set(layout, header);
    return header;
  };

  /** All units of a payload, read and checked to the last byte. */
  const read = (payload: Uint8Array, context: CodecContext): Piece[] => {
    const reader = new BitReader(payload);
    checkHeader(reader, headerOf(context.layout));
    const pieces = makeUnits(context, scope).map((unit) => ({
      offset: unit.offset,
      value: decodeUnit(chain, reader, unit),
    }));
    reader.end();
    return pieces;
  };

  const write = (input: Float32Array, context: CodecContext) => {
    const writer = new BitWriter(1024);
    const tally: Tally = { valueBytes: 0, naiveBits: 0, entropyBits: 0 };
    writer.bytes(headerOf(context.layout));
    const pieces = makeUnits(context, scope).map((unit) => {
      const values = input.subarray(unit.offset, unit.offset + unit.length);
      const { value, lost } = encodeUnit(values, chain, writer, unit, tally);
      return lost === null ? apart(unit.offset, value, input) : { offset: unit.offset, value, lost };
    });
    return { payload: writer.finish(), pieces, tally };
  };

  const encode = (value: Float32Array, context: CodecContext, before: CodecState): Encoded => {
    requireLength(value.length, context.layout, 'The vector');
    const { input, freshEnergy, inputEnergy, settle } = feedback.accumulate(value, before);
    const { payload, pieces, tally } = write(input, context);
    const { errorEnergy, freshErrorEnergy, state } = settle(pieces);
    const measures: Measures = {
      payloadBytes: payload.length,
      valueBytes: tally.valueBytes,
      naiveBytes: Math.ceil(tally.naiveBits / 8),
      entropyBytes: isEntropyCoded(chain.codes) ? tally.entropyBits / 8 : null,
      inputEnergy,
      errorEnergy,
      freshEnergy,
      freshErrorEnergy,
    };
    return new CodedVector({ payload, state, measures }, pieces, value.length);
  };

  return {
    encode,
    decode: (payload, context) => assemble(read(payload, context), context.layout.floats),
    fold: (payload, weight, accumulator, context) => {
      requireLength(accumulator.length, context.layout, 'The accumulator');
      addPieces(read(payload, context), weight, accumulator);
    },
    support: (payload, context) => supportOf(read(payload, context)),
    maxBytes: (layout) =>
      unitExtents(layout, scope).reduce((sum, extents) => sum + maxUnitBytes(chain, extents), headerOf(layout).length),
  };
};
