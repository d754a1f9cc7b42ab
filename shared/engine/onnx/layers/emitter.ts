import type { Layer, PlacedLayer } from '../../../models/network.js';
import type { GraphBuilder } from '../graph.js';
import type { Tape, Value } from '../tape.js';

/** What a layer needs to write its nodes. */
export interface Emission {
  readonly graph: GraphBuilder;
  readonly tape: Tape;
  /** The rows of a batch; 0 where only the forward pass is built and any number of rows may come. */
  readonly rows: number;
  /** The value that a parameter has before this step. Vectors have the shape [1, n]. */
  parameter(name: string): string;
}

export interface Placed<K extends Layer['kind']> extends PlacedLayer {
  readonly layer: Extract<Layer, { kind: K }>;
}

/** One kind of layer in ONNX operators: forward now, and on the tape how its gradient goes back. */
export interface LayerEmitter<K extends Layer['kind']> {
  readonly kind: K;
  emit(emission: Emission, placed: Placed<K>, input: Value): Value;
}
