import type { Layout } from '../params/layout.js';

/** Names the coding of one part, so that random positions and dithers are the same on both sides. */
export interface CodecKey {
  readonly seed: number;
  readonly round: number;
  /** Client that codes, or the coordinator's own number for the downlink (`coordinatorKey`). */
  readonly client: number;
  /** Part of the task or update, for example `delta`. */
  readonly part: string;
}

/** What the coordinator's task says about coding; its bytes are counted with the task's. */
export interface CodecHints {
  /** Levels above zero of a quantizer that adapts. */
  readonly levels?: number;
}

/** What the two sides agree on about a payload without sending it. */
export interface CodecContext {
  readonly key: CodecKey;
  /** Names the coordinates of the vector; its float count is the vector's length. */
  readonly layout: Layout;
  /** For the encoder alone: what it makes of them is in the payload. */
  readonly hints?: CodecHints;
}

/** What a codec keeps from round to round on one side: named vectors, plain data. */
export type CodecState = Readonly<Record<string, StateVector>>;
export type StateVector = Float32Array | Uint16Array;

/** What one coding cost and lost. All sizes in bytes. */
export interface Measures {
  /** The whole payload. */
  readonly payloadBytes: number;
  /** Values, symbols and positions in the payload, without its header, scales and tables. */
  readonly valueBytes: number;
  /** The formula papers use: kept values × their bits + positions × 32 bits, no headers, no scales. */
  readonly naiveBytes: number;
  /** Zero-order empirical entropy of the symbols plus log2 C(d,k) for k positions; null where nothing is entropy-coded. */
  readonly entropyBytes: number | null;
  /** ‖x‖² and ‖x−x̂‖² of the codec's input x: the fresh vector plus the residual, where there is error feedback. */
  readonly inputEnergy: number;
  readonly errorEnergy: number;
  /** ‖v‖² and ‖v−x̂‖² against the fresh vector v; under EF21 x̂ is the receiver's new estimate of v. */
  readonly freshEnergy: number;
  readonly freshErrorEnergy: number;
}

export interface Encoded {
  readonly payload: Uint8Array;
  /** Exactly what the decoder will give, made when first asked for: whoever only sends the payload need not. */
  readonly decoded: Float32Array;
  /** The positions that the payload changes, ascending; null when it may change them all. Made when asked for. */
  readonly support: Uint32Array | null;
  readonly state: CodecState;
  readonly measures: Measures;
}

/**
 * A codec turns a vector of float weights into a self-describing payload and back. Both are pure: the state goes
 * in and comes out.
 */
export interface Codec {
  /**
   * @param value finite numbers, as many as the layout has floats; not changed
   * @throws CodedError `codec/not-finite`, `codec/wrong-size`, `params/layout-mismatch`
   */
  encode(value: Float32Array, context: CodecContext, state: CodecState): Encoded;
  /**
   * @param payload bytes from outside, never trusted
   * @throws CodedError with a `codec/…` code for every malformed payload
   */
  decode(payload: Uint8Array, context: CodecContext): Float32Array;
  /** Adds weight × decoded to the accumulator, without making a sparse payload dense. Checks as `decode` does. */
  fold(payload: Uint8Array, weight: number, accumulator: Float64Array, context: CodecContext): void;
  /** The positions that a payload changes, ascending; null when it may change them all. */
  support(payload: Uint8Array, context: CodecContext): Uint32Array | null;
  /** The greatest payload this codec makes for the layout, in bytes: what the wire's limits come from. */
  maxBytes(layout: Layout): number;
}

/** The client number in the coordinator's own codec keys; no client has it. */
export const coordinatorKey = 0xffffffff;
