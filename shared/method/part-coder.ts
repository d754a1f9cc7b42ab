import type { Codec, CodecContext, CodecHints, CodecState, Measures } from '../codec/codec.js';
import { createCodec, type Coding } from '../codec/pipeline.js';
import { bytesOf } from '../params/parameters.js';
import { CodedError } from '../util/errors.js';
import { gatherLiving, positionsOfAll, scatterLiving, type Living } from './pruning/living.js';
import type { PartSpec, PartValue } from './method.js';
import { decodePruned, encodePruned, mostPrunedBytes } from './pruning/pruned-part.js';

/** Who codes what in which round. */
export interface PartKey {
  readonly seed: number;
  readonly round: number;
  readonly client: number;
}

export interface CodedPart {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly measures: Measures;
}

/** A part as its sender sees it. */
export interface EncodedPart extends CodedPart {
  readonly state: CodecState;
  /** What the receiver gets, made when asked for. */
  decoded(): PartValue;
  /** Positions that the payload changes, ascending; null when it may change them all. Made when asked for. */
  support(): Uint32Array | null;
}

/** Float32 numbers as they are. */
export const exactCoding: Coding = { errorFeedback: false, scope: 'model', stages: [] };

/** What is kept of a part once it is sent. */
export const codedPart = ({ name, payload, measures }: CodedPart): CodedPart => ({ name, payload, measures });

/** Integers travel as they are; they lose nothing and count as values. */
const integerMeasures = (bytes: number): Measures => ({
  payloadBytes: bytes,
  valueBytes: bytes,
  naiveBytes: bytes,
  entropyBytes: null,
  inputEnergy: 0,
  errorEnergy: 0,
  freshEnergy: 0,
  freshErrorEnergy: 0,
});

/** Numbers of a state that belong to weights, one each; others, such as the scale of them all, are as they are. */
const ofWeights = (state: CodecState, length: number, of: (vector: CodecState[string]) => CodecState[string]) =>
  Object.fromEntries(
    Object.entries(state).map(([name, vector]) => [name, vector.length === length ? of(vector) : vector]),
  );

/**
 * Codes the parts of a task or an update, each as its specification says. Where weights are pruned, what goes through the
 * codec are the living ones alone: payloads, and what is measured of them, know nothing of the others. Vectors given and
 * taken have a number for each weight all the same, 0 for the pruned.
 */
export class PartCoder {
  readonly specs: readonly PartSpec[];
  private readonly codecs: Readonly<Record<'codec' | 'exact', Codec>>;

  /** @param coding what `codec` parts go through */
  constructor(specs: readonly PartSpec[], coding: Coding) {
    this.specs = specs;
    this.codecs = { codec: createCodec(coding), exact: createCodec(exactCoding) };
  }

  /** The greatest payloads of all parts together, in bytes. */
  get maxBytes(): number {
    return this.specs.reduce((sum, { coding, layout }) => {
      if (coding === 'pruned') return sum + mostPrunedBytes(layout);
      return sum + (coding === 'integers' ? 8 * layout.counters : this.codecs[coding].maxBytes(layout));
    }, 0);
  }

  private context({ name, coding, layout }: PartSpec, key: PartKey, living: Living | null): CodecContext {
    const { seed, round, client } = key;
    const isOfWeights = living !== null && (coding === 'codec' || coding === 'pruned');
    return { key: { seed, round, client, part: name }, layout: isOfWeights ? living.layout : layout };
  }

  private encodeFloats(
    spec: PartSpec,
    value: Float32Array,
    key: PartKey,
    before: CodecState,
    { hints, living }: { hints: CodecHints; living: Living | null },
  ): EncodedPart {
    const { name } = spec;
    const context = { ...this.context(spec, key, living), hints };
    if (spec.coding === 'pruned') {
      return { name, ...encodePruned(value, context, living), state: {}, decoded: () => value, support: () => null };
    }
    const codec = this.codecs[spec.coding === 'codec' ? 'codec' : 'exact'];
    if (spec.coding !== 'codec' || living === null || living.positions === null) {
      const encoded = codec.encode(value, context, before);
      const { payload, measures, state } = encoded;
      return { name, payload, measures, state, decoded: () => encoded.decoded, support: () => encoded.support };
    }
    const { total, layout } = living;
    const encoded = codec.encode(
      gatherLiving(living, value),
      context,
      ofWeights(before, total, (vector) => gatherLiving(living, vector)),
    );
    const { payload, measures } = encoded;
    // What is kept has a number for each weight, so that it outlives later prunings; a single number is a scale.
    const state =
      layout.floats === 1
        ? encoded.state
        : ofWeights(encoded.state, layout.floats, (vector) => scatterLiving(living, vector));
    return {
      name,
      payload,
      measures,
      state,
      decoded: () => scatterLiving(living, encoded.decoded),
      support: () => (encoded.support === null ? null : positionsOfAll(living, encoded.support)),
    };
  }

  /**
   * @param hints what the task says about coding; decoding needs none
   * @param living weights that are not pruned; null where nothing is ever pruned
   */
  encode(
    spec: PartSpec,
    value: PartValue,
    key: PartKey,
    before: CodecState,
    hints: CodecHints = {},
    living: Living | null = null,
  ): EncodedPart {
    if (value instanceof Float32Array) return this.encodeFloats(spec, value, key, before, { hints, living });
    const payload = bytesOf(value);
    return {
      name: spec.name,
      payload,
      measures: integerMeasures(payload.length),
      state: before,
      decoded: () => value,
      support: () => null,
    };
  }

  /** @param living as the encoder was given it @throws CodedError a `codec/…` code, `compression/bad-mask` */
  decode(spec: PartSpec, payload: Uint8Array, key: PartKey, living: Living | null = null): PartValue {
    if (spec.coding === 'integers') return this.integers(spec, payload);
    const context = this.context(spec, key, living);
    if (spec.coding === 'pruned') return decodePruned(payload, context, living);
    const value = this.codecs[spec.coding].decode(payload, context);
    return spec.coding === 'codec' && living !== null ? scatterLiving(living, value) : value;
  }

  /** Adds weight × the decoded part; all or nothing. @throws CodedError a `codec/…` code */
  fold(
    spec: PartSpec,
    payload: Uint8Array,
    key: PartKey,
    weight: number,
    into: Float64Array,
    living: Living | null = null,
  ): void {
    if (spec.coding === 'integers' || spec.coding === 'pruned') {
      throw new TypeError(`the part ${spec.name} has integers, which are not folded`);
    }
    const codec = this.codecs[spec.coding];
    const context = this.context(spec, key, living);
    const positions = spec.coding === 'codec' ? (living?.positions ?? null) : null;
    if (positions === null) return codec.fold(payload, weight, into, context);
    const sums = new Float64Array(positions.length);
    codec.fold(payload, weight, sums, context);
    for (let i = 0; i < positions.length; i++) into[positions[i]] += sums[i];
  }

  /** Positions that the part's payload changes, among all weights; null when all may change. */
  support(spec: PartSpec, payload: Uint8Array, key: PartKey, living: Living | null = null): Uint32Array | null {
    if (spec.coding === 'integers' || spec.coding === 'pruned') return null;
    const positions = this.codecs[spec.coding].support(payload, this.context(spec, key, living));
    return positions === null || living === null || spec.coding !== 'codec'
      ? positions
      : positionsOfAll(living, positions);
  }

  integers({ name, layout }: PartSpec, payload: Uint8Array): BigInt64Array {
    if (payload.length !== 8 * layout.counters) {
      throw new CodedError(
        'wire/bad-length',
        `The part '${name}' has ${payload.length} bytes, not ${8 * layout.counters}.`,
      );
    }
    return new BigInt64Array(new Uint8Array(payload).buffer);
  }
}

/** Vectors by name, of one or several owners. */
type Named<V> = Readonly<Record<string, V>>;

/** Cuts the vectors of one owner out of a state with many: `delta.residual` → `residual`. */
export const stateOf = <V>(state: Named<V>, owner: string): Named<V> =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(`${owner}.`))
      .map(([name, vector]) => [name.slice(owner.length + 1), vector]),
  );

/** The way back of {@link stateOf}. */
export const prefixState = <V>(state: Named<V>, owner: string): Named<V> =>
  Object.fromEntries(Object.entries(state).map(([name, vector]) => [`${owner}.${name}`, vector]));
