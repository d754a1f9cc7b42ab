import type { z } from 'zod';
import type { Choice, PlugIn } from '../../util/registry.js';
import type { CodecState } from '../codec.js';
import { parseOptions } from '../../options/parse-options.js';
import type { Piece } from '../pieces.js';

/** What a coding lost: ‖x−x̂‖² and ‖v−x̂‖², and the state for the next one. */
export interface Settled {
  readonly errorEnergy: number;
  readonly freshErrorEnergy: number;
  readonly state: CodecState;
}

/** One coding under way. */
export interface Accumulation {
  /** What is coded: made of the fresh vector and the state. */
  readonly input: Float32Array;
  /** ‖v‖² of the fresh vector and ‖x‖² of the input. */
  readonly freshEnergy: number;
  readonly inputEnergy: number;
  /**
   * What the state becomes.
   * @param pieces what the decoder will give. Called once, when the input is needed no more: its memory may be used.
   */
  settle(pieces: readonly Piece[]): Settled;
}

/** How what coding loses comes back later. Pure: the state that is given is not changed. */
export interface Feedback {
  /**
   * @param fresh finite numbers; not changed
   * @throws CodedError `codec/not-finite`; `params/layout-mismatch` for a state of another length
   */
  accumulate(fresh: Float32Array, state: CodecState): Accumulation;
}

/** What a decoded vector is to its receiver: the vector itself, or what changed since the sender's last one (EF21). */
export type Sends = 'vectors' | 'changes';

/** A way of error feedback. */
export interface FeedbackStrategy extends PlugIn {
  readonly sends: Sends;
  /** What is kept, in words, with its bytes a coordinate. */
  readonly memory: string;
  readonly paper: string;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): Feedback;
}

/** No error feedback, `residual` with its defaults, or a strategy by its name with its options. */
export type FeedbackChoice = boolean | Choice;

/** Declares a strategy; its options are checked before `create` sees them. */
export const defineFeedback = <S extends z.ZodObject>(
  strategy: Omit<FeedbackStrategy, 'options' | 'create'> & { options: S; create(options: z.infer<S>): Feedback },
): FeedbackStrategy => ({
  ...strategy,
  create: (options) => strategy.create(parseOptions(strategy.name, strategy.options, options)),
});
