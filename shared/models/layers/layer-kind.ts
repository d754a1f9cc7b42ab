import type { z } from 'zod';
import type { Role } from '../../params/layout.js';
import type { PlugIn } from '../../util/registry.js';
import type { Initializer } from '../initializers.js';

/** Extents without the batch: [height, width, channels] of an image, [units] of a vector, [positions, units] of a text. */
export type Shape = readonly number[];

export interface LayerTensor {
  /** Within the layer: `kernel`. The layout has `LAYER/kernel`. */
  readonly name: string;
  readonly shape: Shape;
  readonly role: Role;
  readonly initializer: Initializer;
}

/** What a layer's input shapes make of it. */
export interface LayerPlan {
  readonly outputShape: Shape;
  /** In the order of the layout. */
  readonly tensors: readonly LayerTensor[];
  /** Forward FLOPs of one example: 2 × the multiply-accumulates of products and convolutions. */
  readonly flops: number;
}

/** One kind of layer, with Keras's name, options and meaning. */
export interface LayerKind<K extends string = string, S extends z.ZodObject = z.ZodObject> extends PlugIn {
  readonly name: K;
  readonly options: S;
  /** How many values the layer takes. */
  readonly takes: 'one' | 'several';
  /**
   * @throws CodedError `model/bad-shape`, `model/bad-layer`, without saying which layer: the caller knows
   */
  plan(options: z.output<S>, inputShapes: readonly Shape[]): LayerPlan;
}

/** Keeps the types of a layer's name and options. */
export const defineLayer = <const K extends string, S extends z.ZodObject>(kind: LayerKind<K, S>): LayerKind<K, S> =>
  kind;

/** A layer that stands for several others, one after the other. */
export interface LayerMacro<K extends string = string, S extends z.ZodObject = z.ZodObject> extends PlugIn {
  readonly name: K;
  readonly options: S;
  expand(options: z.output<S>): readonly MacroStep[];
}

export interface MacroStep {
  readonly kind: string;
  /** Added to the macro's name; the last step has none. */
  readonly suffix?: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export const defineMacro = <const K extends string, S extends z.ZodObject>(macro: LayerMacro<K, S>): LayerMacro<K, S> =>
  macro;
