import type { Codec, CodecContext, CodecHints, CodecState, Measures } from '../codec/codec.js';
import { createCodec, type Coding } from '../codec/pipeline.js';
import { bytesOf } from '../params/parameters.js';
import { CodedError } from '../util/errors.js';
import type { PartSpec, PartValue } from './method.js';

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

/** Codes the parts of a task or an update, each as its specification says. */
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
    return this.specs.reduce(
      (sum, { coding, layout }) =>
        sum + (coding === 'integers' ? 8 * layout.counters : this.codecs[coding].maxBytes(layout)),
      0,
    );
  }

  private context({ name, layout }: PartSpec, { seed, round, client }: PartKey): CodecContext {
    return { key: { seed, round, client, part: name }, layout };
  }

  /** @param hints what the task says about coding; decoding needs none */
  encode(spec: PartSpec, value: PartValue, key: PartKey, before: CodecState, hints: CodecHints = {}): EncodedPart {
    const { name } = spec;
    if (value instanceof Float32Array) {
      const codec = this.codecs[spec.coding === 'codec' ? 'codec' : 'exact'];
      const encoded = codec.encode(value, { ...this.context(spec, key), hints }, before);
      const { payload, measures, state } = encoded;
      return { name, payload, measures, state, decoded: () => encoded.decoded, support: () => encoded.support };
    }
    const payload = bytesOf(value);
    return {
      name,
      payload,
      measures: integerMeasures(payload.length),
      state: before,
      decoded: () => value,
      support: () => null,
    };
  }

  /** @throws CodedError a `codec/…` code */
  decode(spec: PartSpec, payload: Uint8Array, key: PartKey): PartValue {
    if (spec.coding === 'integers') return this.integers(spec, payload);
    return this.codecs[spec.coding].decode(payload, this.context(spec, key));
  }

  /** Adds weight × the decoded part; all or nothing. @throws CodedError a `codec/…` code */
  fold(spec: PartSpec, payload: Uint8Array, key: PartKey, weight: number, into: Float64Array): void {
    if (spec.coding === 'integers') throw new TypeError(`the part ${spec.name} has integers, which are not folded`);
    this.codecs[spec.coding].fold(payload, weight, into, this.context(spec, key));
  }

  /** Positions that the part's payload changes; null when all may change. */
  support(spec: PartSpec, payload: Uint8Array, key: PartKey): Uint32Array | null {
    return spec.coding === 'integers' ? null : this.codecs[spec.coding].support(payload, this.context(spec, key));
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
