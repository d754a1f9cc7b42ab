import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import { scaled } from './arrange.js';
import { entryOf, type DataForm } from './forward.js';
import { integer, type GraphBuilder } from './graph.js';
import { DelayedDense } from './layers/delayed-dense.js';
import type { Emission } from './layers/emitter.js';
import { Tape, type ChannelBlock, type Value } from './tape.js';
import { emitUnits, type Unit } from './units.js';
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
  readonly channelBlock: ChannelBlock;
  readonly data: DataForm;
}

/** The first layer, if its updates can be delayed: a dense layer on the data itself, which no other layer takes. */
export const delayable = (compiled: CompiledNetwork): PlacedLayer<'dense'> | null => {
  const { layers, gives, shape } = entryOf(compiled);
  const takers = layers.filter(({ from }) => from.includes(gives));
  const isFirst = takers.length === 1 && takers[0] === layers[0];
  return isFirst && layers[0].kind === 'dense' && shape.length === 1 ? (layers[0] as PlacedLayer<'dense'>) : null;
};

/**
 * Steps in a block for a network and batch: about 48 rows, where the first layer's products are most efficient; 1 where
 * that brings nothing. Steps that fill up a block have rows of weight 0, which only plain SGD leaves without effect.
 */
export const fastBlockSteps = (compiled: CompiledNetwork, batch: number): number => {
  const hasBuffers = compiled.layout.tensors.some(({ role }) => role === 'buffer');
  return delayable(compiled) !== null && !hasBuffers ? Math.max(1, Math.min(8, Math.floor(48 / batch))) : 1;
};

/** What one step reads from the sequences of the loop. */
export interface StepEntries {
  /** One-hot [batch, classes]. */
  readonly targets: string;
  /** −learningRate · weight [batch, 1] */
  readonly factors: string;
  /** [batch, 1] */
  readonly rowWeights: string;
  /** Keep-masks by layer. */
  readonly dropout: ReadonlyMap<string, string>;
}

/** Writes the steps of one block, one after the other. */
export class BlockWriter {
  readonly logits: string[] = [];
  private readonly delayed: DelayedDense | null = null;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly compiled: CompiledNetwork,
    private readonly form: TrainingForm,
    private readonly units: readonly Unit[],
    private readonly input: Value,
    /** Values of the parameters in their native forms, by name: each step puts in new ones. */
    readonly current: Map<string, string>,
  ) {
    const { batch, blockSteps } = form;
    const first = delayable(compiled);
    if (blockSteps > 1 && first !== null) {
      this.delayed = new DelayedDense(graph, first, input, batch, blockSteps, this.parameters());
    }
  }

  /** The values of now: gradients go back through those that the forward pass saw. */
  private parameters(): (name: string) => string {
    const now = new Map(this.current);
    return (name) => now.get(name) ?? '';
  }

  private emission(tape: Tape, { rowWeights, dropout }: StepEntries): Emission {
    return {
      graph: this.graph,
      tape,
      rows: this.form.batch,
      channelBlock: this.form.channelBlock,
      parameter: this.parameters(),
      training: {
        rowWeights,
        dropoutMask: (layer) => dropout.get(layer) ?? '',
        setBuffer: (name, value) => void this.current.set(name, value),
      },
    };
  }

  step(entries: StepEntries): void {
    const { graph, compiled, delayed } = this;
    const { layers, gives } = entryOf(compiled);
    const tape = new Tape(graph);
    const emission = this.emission(tape, entries);
    const values = delayed === null ? new Map([[gives, this.input]]) : new Map([[layers[0].name, delayed.step(tape)]]);
    emitUnits(emission, delayed === null ? this.units : this.units.slice(1), values);
    const logits = scaled(emission, values.get(compiled.layers.at(-1)?.name ?? '') ?? this.input);
    const probabilities = graph.op('Softmax', [logits.name], { axis: integer(1) });
    const gradient = graph.op('Mul', [graph.op('Sub', [probabilities, entries.targets]), entries.factors]);
    tape.backward(logits, gradient, new SgdUpdates(graph, this.current, compiled.layout));
    this.logits.push(logits.name);
  }

  finish(): void {
    this.delayed?.finish(new SgdUpdates(this.graph, this.current, this.compiled.layout));
  }
}
