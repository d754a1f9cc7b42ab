import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import { emitLayers, entryOf, parameterInput, type DataForm } from './forward.js';
import { integer, type GraphBuilder } from './graph.js';
import { DelayedDense } from './layers/delayed-dense.js';
import type { Placed } from './layers/emitter.js';
import { Tape, type Value } from './tape.js';
import { SgdUpdates } from './updates.js';

/** What a training graph is made for. */
export interface TrainingForm {
  /** Rows of a batch. */
  readonly batch: number;
  /**
   * Steps in one iteration of the loop, a block. 1 is the plain form; more need a dense first layer, whose updates are
   * then delayed to the end of the block.
   */
  readonly blockSteps: number;
  readonly data: DataForm;
}

const isDense = (placed: PlacedLayer): placed is Placed<'dense'> => placed.layer.kind === 'dense';

/**
 * Steps in a block for a network and batch: about 48 rows, where the first layer's products are most efficient; 1 where
 * that brings nothing.
 */
export const fastBlockSteps = (compiled: CompiledNetwork, batch: number): number =>
  isDense(entryOf(compiled).layers[0]) ? Math.max(1, Math.min(8, Math.floor(48 / batch))) : 1;

/** Writes the steps of one block, one after the other. */
export class BlockWriter {
  readonly logits: string[] = [];
  private readonly layers: readonly PlacedLayer[];
  private readonly delayed: DelayedDense | null = null;

  constructor(
    private readonly graph: GraphBuilder,
    compiled: CompiledNetwork,
    private readonly form: TrainingForm,
    private readonly input: Value,
    /** Values of the trained parameters: each step puts in new ones. */
    readonly current: Map<string, string>,
  ) {
    const { batch, blockSteps } = form;
    const { layers } = entryOf(compiled);
    const [first] = layers;
    this.layers = layers;
    if (blockSteps > 1 && isDense(first)) {
      this.delayed = new DelayedDense(graph, first, input, batch, blockSteps, this.parameters());
      this.layers = layers.slice(1);
    }
  }

  /** The values of now: gradients go back through those that the forward pass saw. */
  private parameters(): (name: string) => string {
    const now = new Map(this.current);
    return (name) => now.get(name) ?? parameterInput(name);
  }

  /** @param targets one-hot [batch, classes]. @param factors −learningRate · weight [batch, 1] */
  step(targets: string, factors: string): void {
    const { graph } = this;
    const tape = new Tape(graph);
    const emission = { graph, tape, rows: this.form.batch, parameter: this.parameters() };
    const logits = emitLayers(emission, this.layers, this.delayed?.step(tape) ?? this.input);
    const probabilities = graph.op('Softmax', [logits.name], { axis: integer(1) });
    const gradient = graph.op('Mul', [graph.op('Sub', [probabilities, targets]), factors]);
    tape.backward(logits, gradient, new SgdUpdates(graph, this.current));
    this.logits.push(logits.name);
  }

  finish(): void {
    this.delayed?.finish(new SgdUpdates(this.graph, this.current));
  }
}
