import type { GraphBuilder } from './graph.js';
import type { Updates } from './updates.js';

/**
 * How a tensor lies in memory: as the layout of parameters and examples has it, with the channels before the positions
 * [rows, channels, height, width], or that in blocks of channels as the runtime's fastest convolutions want it.
 */
export type Arrangement = 'channelsLast' | 'channelsFirst' | 'blocked';

/** Channels of a block: what the runtime's blocked kernels use on this machine, 0 where they are not used. */
export type ChannelBlock = 0 | 8 | 16;

/** A tensor of the network while its graph is built. */
export interface Value {
  readonly name: string;
  /** Without the rows of the batch, channels last, whatever the arrangement. */
  readonly shape: readonly number[];
  /** Only images, of three extents, have another than `channelsLast`. */
  readonly arrangement: Arrangement;
  /** The network's value is this times the tensor's: raw data is scaled where it is used, at no cost. */
  readonly factor: number;
  readonly needsGradient: boolean;
}

/** Emits the nodes that carry a gradient through one layer. @param gradient with respect to the layer's output */
export type Backward = (gradient: string, updates: Updates) => void;

/**
 * Reverse-mode differentiation while the graph is built: layers record how to go back, and {@link Tape.backward}
 * emits the gradient's nodes in reverse order. A gradient lies in memory as its value does.
 */
export class Tape {
  private readonly records: { readonly output: string; readonly backward: Backward; readonly label: string }[] = [];
  private readonly gradients = new Map<string, string>();

  constructor(private readonly graph: GraphBuilder) {}

  record(output: string, backward: Backward): void {
    this.records.push({ output, backward, label: this.graph.label });
  }

  /** Adds to the gradient with respect to a value: one that is used twice gets the sum. */
  accumulate({ name, needsGradient }: Pick<Value, 'name' | 'needsGradient'>, gradient: string): void {
    if (!needsGradient) return;
    const sofar = this.gradients.get(name);
    this.gradients.set(name, sofar === undefined ? gradient : this.graph.op('Add', [sofar, gradient]));
  }

  /** @param gradient with respect to the network's output, beside what is known of it already */
  backward(output: Value, gradient: string, updates: Updates): void {
    this.accumulate({ name: output.name, needsGradient: true }, gradient);
    for (const record of this.records.toReversed()) {
      const known = this.gradients.get(record.output);
      this.graph.label = record.label;
      if (known !== undefined) record.backward(known, updates);
    }
    this.graph.label = '';
  }
}
