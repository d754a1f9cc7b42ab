import type { Layout } from '../params/layout.js';
import { BitReader, BitWriter } from '../util/bits.js';
import { CodedError } from '../util/errors.js';
import type { Choice } from '../util/registry.js';
import type { Codec, CodecContext, CodecState, Encoded, Measures } from './codec.js';
import { accumulate, settle, settleWithFeedback } from './error-feedback.js';
import { checkHeader, makeHeader } from './header.js';
import { createStages, resolveChoices } from './stage.js';
import { decodeUnit, encodeUnit, isEntropyCoded, maxUnitBytes, type Tally } from './unit-coder.js';
import { makeUnits, unitLengths, type PlacedUnit } from './unit.js';
import type { Floats } from './value.js';

/** How a vector is coded: stages one after the other; without stages it travels as float32. */
export interface Coding {
  readonly errorFeedback: boolean;
  /** Whether the stages see the whole model as one vector or each tensor by itself. */
  readonly scope: 'model' | 'tensor';
  readonly stages: readonly Choice[];
}

/** Writes what a unit decodes to into its place. `out` is zero there. */
const place = (value: Floats, offset: number, out: Float32Array): void => {
  const { positions, values } = value;
  if (positions === null) out.set(values, offset);
  else for (let i = 0; i < positions.length; i++) out[offset + positions[i]] = values[i];
};

const add = (value: Floats, offset: number, weight: number, accumulator: Float64Array): void => {
  const { positions, values } = value;
  if (positions === null) for (let i = 0; i < values.length; i++) accumulator[offset + i] += weight * values[i];
  else for (let i = 0; i < positions.length; i++) accumulator[offset + positions[i]] += weight * values[i];
};

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
  const headers = new WeakMap<Layout, Uint8Array>();
  const headerOf = (layout: Layout): Uint8Array => {
    const header = headers.get(layout) ?? makeHeader(layout, scope, chain.stageCodes, choices);
    headers.set(layout, header);
    return header;
  };

  /** All units of a payload, read and checked to the last byte. */
  const read = (payload: Uint8Array, { key, layout }: CodecContext): [PlacedUnit, Floats][] => {
    const reader = new BitReader(payload);
    checkHeader(reader, headerOf(layout));
    const units = makeUnits(layout, scope, key).map((unit): [PlacedUnit, Floats] => [
      unit,
      decodeUnit(chain, reader, unit),
    ]);
    reader.end();
    return units;
  };

  const write = (input: Float32Array, { key, layout }: CodecContext) => {
    const writer = new BitWriter(1024);
    const tally: Tally = { valueBytes: 0, naiveBits: 0, entropyBits: 0 };
    const decoded = new Float32Array(input.length);
    writer.bytes(headerOf(layout));
    for (const unit of makeUnits(layout, scope, key)) {
      const values = input.subarray(unit.offset, unit.offset + unit.length);
      place(encodeUnit(values, chain, writer, unit, tally), unit.offset, decoded);
    }
    return { payload: writer.finish(), decoded, tally };
  };

  const encode = (value: Float32Array, context: CodecContext, state: CodecState): Encoded => {
    requireLength(value.length, context.layout, 'The vector');
    const { input, freshEnergy, inputEnergy } = accumulate(value, errorFeedback ? state : {});
    const { payload, decoded, tally } = write(input, context);
    const settled = errorFeedback ? settleWithFeedback(value, input, decoded) : settle(input, decoded);
    const measures: Measures = {
      payloadBytes: payload.length,
      valueBytes: tally.valueBytes,
      naiveBytes: Math.ceil(tally.naiveBits / 8),
      entropyBytes: isEntropyCoded(chain.codes) ? tally.entropyBits / 8 : null,
      inputEnergy,
      errorEnergy: settled.errorEnergy,
      freshEnergy,
      freshErrorEnergy: settled.freshErrorEnergy,
    };
    return { payload, decoded, state: settled.state, measures };
  };

  return {
    encode,
    decode: (payload, context) => {
      const units = read(payload, context);
      const out = new Float32Array(context.layout.floats);
      for (const [unit, value] of units) place(value, unit.offset, out);
      return out;
    },
    fold: (payload, weight, accumulator, context) => {
      requireLength(accumulator.length, context.layout, 'The accumulator');
      for (const [unit, value] of read(payload, context)) add(value, unit.offset, weight, accumulator);
    },
    support: (payload, context) => {
      const units = read(payload, context);
      if (units.some(([, { positions }]) => positions === null)) return null;
      const out = new Uint32Array(units.reduce((sum, [, { count }]) => sum + count, 0));
      let at = 0;
      for (const [{ offset }, { positions }] of units) {
        for (const position of positions ?? []) out[at++] = offset + position;
      }
      return out;
    },
    maxBytes: (layout) =>
      unitLengths(layout, scope).reduce((sum, length) => sum + maxUnitBytes(chain, length), headerOf(layout).length),
  };
};
