import type { GraphBuilder } from './graph.js';
import type { Updates } from './updates.js';

/** A tensor of the network while its graph is built: [rows, ...shape]. */
export interface Value {
  readonly name: string;
  /** Without the rows of the batch. */
  readonly shape: readonly number[];
  /** The network's value is this times the tensor's: raw data is scaled where it is used, at no cost. */
  readonly factor: number;
  readonly needsGradient: boolean;
}

/** Emits the nodes that carry a gradient through one layer. @param gradient with respect to the layer's output */
export type Backward = (gradient: string, updates: Updates) => void;

/**
 * Reverse-mode differentiation while the graph is built: layers record how to go back, and {@link Tape.backward}
 * emits the gradient's nodes in reverse order.
 */
export class Tape {
  private readonly records: { readonly output: string; readonly backward: Backward }[] = [];
  private readonly gradients = new Map<string, string>();

  constructor(private readonly graph: GraphBuilder) {}

  record(output: string, backward: Backward): void {
    this.records.push({ output, backward });
  }

  /** Adds to the gradient with respect to a value: one that is used twice gets the sum. */
  accumulate({ name, needsGradient }: Value, gradient: string): void {
    if (!needsGradient) return;
    const sofar = this.gradients.get(name);
    this.gradients.set(name, sofar === undefined ? gradient : this.graph.op('Add', [sofar, gradient]));
  }

  /** @param gradient with respect to the network's output */
  backward(output: Value, gradient: string, updates: Updates): void {
    this.gradients.set(output.name, gradient);
    for (const record of this.records.toReversed()) {
      const known = this.gradients.get(record.output);
      if (known !== undefined) record.backward(known, updates);
    }
  }
}
