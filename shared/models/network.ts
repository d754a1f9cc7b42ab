import type { z } from 'zod';
import type { Layout } from '../params/layout.js';
import type { Parameters } from '../params/parameters.js';
import type { Initializer } from './initializers.js';
import type { layerKinds, layerMacros } from './layers/index.js';
import type { LayerKind, LayerMacro, Shape } from './layers/layer-kind.js';

type Kinds = typeof layerKinds;
type Macros = typeof layerMacros;

/** Names of the layers that engines compute. */
export type LayerName = keyof Kinds;

/** Options, where a schema without any says that every key is forbidden: that would forbid `kind` too. */
type Known<O> = string extends keyof O ? object : O;

/** A layer's options with all defaults filled in. */
export type LayerOptions<K extends LayerName> =
  Kinds[K] extends LayerKind<string, infer S> ? Known<z.output<S>> : never;

type WrittenOptions<P> = P extends LayerKind<string, infer S> | LayerMacro<string, infer S> ? Known<z.input<S>> : never;

interface Place {
  /** Of its own in the network; by default the kind's in Keras's style: `conv2d`, `conv2d_1`, … */
  readonly name?: string;
  /** Earlier layers whose values it takes, `input` for the network's; by default the layer before. */
  readonly from?: string | readonly string[];
}

/** A layer as it is written, with the names and meanings of Keras: options that have defaults may be left out. */
export type Layer = {
  readonly [K in keyof (Kinds & Macros)]: Place & { readonly kind: K } & Readonly<WrittenOptions<(Kinds & Macros)[K]>>;
}[keyof (Kinds & Macros)];

/** The one definition of a network: engines, layouts, FLOPs and files all come from this list. Images are NHWC. */
export interface Network {
  readonly name: string;
  /** Shape of one example, without the batch: [height, width, channels]. */
  readonly input: Shape;
  /** In order of computation; the last layer gives one logit a class. */
  readonly layers: readonly Layer[];
  readonly classes: number;
}

/** What follows from a layer's place in the network. */
interface Placed {
  readonly name: string;
  /** Names of the layers whose values it takes, or `input`. */
  readonly from: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** Its tensors in the layout: `kernel` → `conv2d/kernel`. */
  readonly tensors: Readonly<Record<string, string>>;
  /** Floating-point operations of one example's forward pass: 2 × multiply-accumulates. */
  readonly flops: number;
}

/** A layer in its place: of any kind, or of the given ones. */
export type PlacedLayer<K extends LayerName = LayerName> = {
  readonly [N in K]: Placed & { readonly kind: N; readonly options: Readonly<LayerOptions<N>> };
}[K];

/** A network with everything that is computed from it once. */
export interface CompiledNetwork {
  readonly network: Network;
  readonly layers: readonly PlacedLayer[];
  readonly layout: Layout;
  /** Forward FLOPs of one example. */
  readonly flops: number;
  /** First values of tensors, by name, that are not those of their layers' kinds. */
  readonly initializers?: ReadonlyMap<string, Initializer>;
  /** Sets first values that follow from other tensors', in place, when those have theirs. */
  readonly initializeRest?: (parameters: Parameters) => void;
}

/** Training FLOPs for each forward FLOP: the backward pass and the update cost about twice the forward pass. */
export const trainingFlopsPerForward = 3;
