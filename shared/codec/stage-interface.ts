import type { z } from 'zod';
import { parseOptions } from '../options/parse-options.js';
import type { BitReader, BitWriter } from '../util/bits.js';
import type { RandomStream } from '../util/random.js';
import type { PlugIn } from '../util/registry.js';
import type { CodecHints } from './codec.js';
import type { MostBits } from './most-bits.js';
import type { PositionCode, SymbolCode } from './streams/stream.js';
import type { Kind, Shape, Value } from './value.js';

/** The vector that is coded as one: the whole model or one tensor. */
export interface Unit {
  readonly length: number;
  /** Extents of the tensor; one extent for a whole model. */
  readonly extents: readonly number[];
  readonly round: number;
  readonly client: number;
  /** For the encoder alone. */
  readonly hints: CodecHints;
  /**
   * Random numbers of the purpose `codec/PART/STAGE`. One stream serves all units of a payload, in order, so
   * encoder and decoder must take the same numbers where the format depends on them.
   */
  random(stage: string): RandomStream;
}

/** The way back through a stage: encoder and decoder use the same function, so both get the same numbers. */
export type Restore = (value: Value) => Value;

/** One step of an encoder. */
export interface Step {
  readonly value: Value;
  readonly restore: Restore;
  /** ‖x−x̂‖² of this step alone, where it is known without restoring. */
  readonly lost?: number | undefined;
}

/**
 * A stage with its options, as one step between values. What the decoder needs besides the value (a count, a
 * scale) goes to `side`.
 */
export interface Transform {
  /** The largest shape that can follow, and the most bytes this stage can write to `side`. `extents` are the unit's. */
  bound(shape: Shape, extents: Unit['extents']): { shape: Shape; sideBytes: number };
  encode(value: Value, side: BitWriter, unit: Unit): Step;
  /** Reads what `encode` wrote to `side`. `shape` is what `encode` was given; the answer is what it gave. */
  open(shape: Shape, side: BitReader, unit: Unit): { shape: Shape; restore: Restore };
}

/** How the streams of positions and symbols are written; what a stage leaves out stays as it is. */
export interface StreamCodes {
  readonly positions?: readonly PositionCode[];
  readonly symbols?: readonly SymbolCode[];
}

interface StageBase extends PlugIn {
  /** Names the stage in payloads, 1 to 255; never changes its meaning. */
  readonly code: number;
  readonly takes: readonly Kind[];
  /** Bits per value, in words. */
  readonly bits: string;
  /** Whether the decoded vector's expectation is the input, in words. */
  readonly bias: string;
  readonly paper: string;
}

/** Sparsifiers, quantizers and other steps that change values. */
export interface TransformStage extends StageBase {
  readonly role: 'sparsifier' | 'quantizer' | 'transform';
  /** The support and kind of what it gives. */
  readonly gives: Kind;
  readonly support?: 'explicit' | 'keyed';
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): Transform;
}

/** Entropy coders: they change how streams are written and not what they say. */
export interface CoderStage extends StageBase {
  readonly role: 'coder';
  /** Which streams it codes. */
  readonly codes: readonly ('positions' | 'symbols')[];
  /** What it promises of each stream; of one that it leaves out nothing but that raw numbers are the most. */
  readonly mostBits: MostBits;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): StreamCodes;
}

export type Stage = TransformStage | CoderStage;

type Defined<T extends Stage, S extends z.ZodObject, C> = Omit<T, 'options' | 'create'> & {
  readonly options: S;
  create(options: z.infer<S>): C;
};

/** Declares a stage that changes values; its options are checked before `create` sees them. */
export const defineTransform = <S extends z.ZodObject>(
  stage: Defined<TransformStage, S, Transform>,
): TransformStage => ({
  ...stage,
  create: (options) => stage.create(parseOptions(stage.name, stage.options, options)),
});

/** Declares an entropy coder. */
export const defineCoder = <S extends z.ZodObject>(stage: Defined<CoderStage, S, StreamCodes>): CoderStage => ({
  ...stage,
  create: (options) => stage.create(parseOptions(stage.name, stage.options, options)),
});
