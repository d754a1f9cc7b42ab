import type { LayerName, PlacedLayer } from '../../../models/network.js';
import type { GraphBuilder } from '../graph.js';
import type { ChannelBlock, Tape, Value } from '../tape.js';

/** What only training has. */
export interface TrainingEmission {
  /** Weights of the batch's rows, [rows, 1]: 1/n, 0 for rows that fill up a short batch. */
  readonly rowWeights: string;
  /** The keep-mask of a dropout layer in this step: float32 [rows, ...shape], 0 or 1. */
  dropoutMask(layer: string): string;
  /** The new value of a buffer, in the form in which {@link Emission.parameter} gave the old one. */
  setBuffer(name: string, value: string): void;
}

/** What a layer needs to write its nodes. */
export interface Emission {
  readonly graph: GraphBuilder;
  readonly tape: Tape;
  /** The rows of a batch; −1 where only the forward pass is built and any number of rows may come. */
  readonly rows: number;
  /** Channels of a block of the `blocked` arrangement; 0 where no value is in blocks. */
  readonly channelBlock: ChannelBlock;
  /** The value that a parameter has before this step, in its {@link ParameterForm}. Vectors have the shape [1, n]. */
  parameter(name: string): string;
  /** Null where only the forward pass is built. */
  readonly training: TrainingEmission | null;
}

/**
 * How a parameter lies in memory within the graph. It is brought into this form before the first step and back after
 * the last; the canonical form is the layout's, with vectors as [1, n].
 */
export interface ParameterForm {
  readonly shape: readonly number[];
  toNative(graph: GraphBuilder, canonical: string): string;
  toCanonical(graph: GraphBuilder, native: string): string;
}

/** One kind of layer in ONNX operators: forward now, and on the tape how its gradient goes back. */
export interface LayerEmitter<K extends LayerName> {
  readonly kind: K;
  /** Forms of its tensors other than the canonical one, by their names within the layer. */
  parameterForms?(placed: PlacedLayer<K>): Readonly<Record<string, ParameterForm>>;
  emit(emission: Emission, placed: PlacedLayer<K>, inputs: readonly Value[]): Value;
}

/** A faster form of a kind of layer, for those that suit it. */
export interface FastEmitter<K extends LayerName> extends LayerEmitter<K> {
  /** @param isData whether the layer's input is the examples themselves, whose gradient nobody wants */
  suits(placed: PlacedLayer<K>, isData: boolean): boolean;
}
