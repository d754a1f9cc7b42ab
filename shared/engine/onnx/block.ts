import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import type { TrainingSpec } from '../engine.js';
import { plainInput, scaled } from './arrange.js';
import { featureWriter } from './features/index.js';
import { entryOf, type DataForm } from './forward.js';
import type { GraphBuilder } from './graph.js';
import { DelayedDense } from './layers/delayed-dense.js';
import type { Emission } from './layers/emitter.js';
import type { LossWriter } from './losses.js';
import { isFused, type StepWriter } from './steps.js';
import { Tape, type ChannelBlock, type Value } from './tape.js';
import { emitUnits, type Unit } from './units.js';
import { SeenWeights } from './weights/seen-weights.js';
import type { WeightWriter } from './weights/weight-writer.js';

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
  const [first] = layers;
  return takers.length === 1 && takers[0] === first && first.kind === 'dense' && shape.length === 1 ? first : null;
};

/**
 * Steps in a block for a program: about 48 rows, where the first layer's products are most efficient; 1 where that
 * brings nothing. Steps that fill up a block have rows of weight 0, which only plain gradient descent leaves without
 * effect.
 */
export const fastBlockSteps = (spec: TrainingSpec): number => {
  const { network, batchSize, fakeQuantization, weightTransform } = spec;
  const hasBuffers = network.layout.tensors.some(({ role }) => role === 'buffer');
  const seesWeights = fakeQuantization === undefined && weightTransform === undefined;
  const suits = delayable(network) !== null && !hasBuffers && isFused(spec) && seesWeights;
  return suits ? Math.max(1, Math.min(8, Math.floor(48 / batchSize))) : 1;
};

/** What one step reads from the sequences of the loop. */
export interface StepEntries {
  /** What the loss compares logits with, [batch, classes] each. */
  readonly targets: readonly string[];
  /** What each row's gradient is multiplied by, [batch, 1]: its weight, with −learningRate where steps are fused. */
  readonly factors: string;
  /** [batch, 1] */
  readonly rowWeights: string;
  /** Keep-masks by layer. */
  readonly dropout: ReadonlyMap<string, string>;
  /** Random numbers of {@link WeightWriter}s by tensor, in its native form. */
  readonly draws: ReadonlyMap<string, string>;
  /** Targets of the feature losses [batch, size], empty text where one has none. */
  readonly features: readonly string[];
}

/** What the layers see of the weights, and what never changes of that, by tensor. */
export interface WeightForms {
  readonly writers: readonly WeightWriter[];
  readonly constants: ReadonlyMap<string, string>;
}

/** Writes the steps of one block, one after the other. */
export class BlockWriter {
  readonly logits: string[] = [];
  /** Of the feature losses, one after the other; only programs of one step a block have any. */
  readonly featureLosses: string[] = [];
  private readonly delayed: DelayedDense | null = null;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly spec: TrainingSpec,
    private readonly form: TrainingForm,
    private readonly units: readonly Unit[],
    private readonly input: Value,
    /** Values of the parameters in their native forms, by name: each step puts in new ones. */
    private readonly current: Map<string, string>,
    private readonly steps: StepWriter,
    private readonly loss: LossWriter,
    private readonly weights: WeightForms,
  ) {
    const { batch, blockSteps } = form;
    const first = delayable(spec.network);
    if (blockSteps > 1 && first !== null) {
      this.delayed = new DelayedDense(graph, first, input, batch, blockSteps, this.parameters());
    }
  }

  /** The values of now: gradients go back through those that the forward pass saw. */
  private parameters(): (name: string) => string {
    const now = new Map(this.current);
    return (name) => now.get(name) ?? '';
  }

  private emission(tape: Tape, seen: SeenWeights, { rowWeights, dropout }: StepEntries): Emission {
    return {
      graph: this.graph,
      tape,
      rows: this.form.batch,
      channelBlock: this.form.channelBlock,
      parameter: (name) => seen.parameter(name),
      training: {
        rowWeights,
        dropoutMask: (layer) => dropout.get(layer) ?? '',
        setBuffer: (name, value) => void this.current.set(name, value),
      },
    };
  }

  step(entries: StepEntries): void {
    const { graph, spec, delayed, weights } = this;
    const { network, fakeQuantization } = spec;
    const { layers, gives } = entryOf(network);
    const tape = new Tape(graph);
    const sources = { constant: weights.constants, draws: entries.draws };
    const seen = new SeenWeights(graph, weights.writers, this.current, sources);
    const emission = this.emission(tape, seen, entries);
    const values = delayed === null ? new Map([[gives, this.input]]) : new Map([[layers[0].name, delayed.step(tape)]]);
    const units = delayed === null ? this.units : this.units.slice(1);
    emitUnits(emission, units, values, fakeQuantization?.activationBits);
    const logits = scaled(emission, values.get(network.layers.at(-1)?.name ?? '') ?? this.input);
    this.compareFeatures(emission, values, entries);
    const atLogits = this.loss.gradient(graph, logits.name, entries.targets);
    const updates = this.steps.begin();
    const atSum = graph.op('Mul', [atLogits, entries.factors]);
    seen.through(updates, network.layout.tensors, (own) => tape.backward(logits, atSum, own));
    this.steps.end(updates);
    this.logits.push(logits.name);
  }

  /** Adds the gradients of the feature losses to those of the layers' values. */
  private compareFeatures(
    emission: Emission,
    values: ReadonlyMap<string, Value>,
    { features, rowWeights }: StepEntries,
  ): void {
    const { graph, spec, form } = this;
    for (const [i, feature] of (spec.features ?? []).entries()) {
      const given = values.get(feature.layer);
      if (given === undefined) throw new Error(`no value of ${feature.layer}`);
      const value = plainInput(emission, given);
      const { name, shape } = value;
      const inputs = { values: name, rows: form.batch, shape, targets: features[i], weights: rowWeights };
      const { loss, gradient } = featureWriter(feature)(graph, inputs);
      const factor = graph.number(feature.weight);
      this.featureLosses.push(graph.op('Mul', [loss, factor]));
      emission.tape.accumulate(value, graph.reshape(graph.op('Mul', [gradient, factor]), -1, ...shape));
    }
  }

  finish(): void {
    if (this.delayed === null) return;
    const updates = this.steps.begin();
    this.delayed.finish(updates);
    this.steps.end(updates);
  }
}
