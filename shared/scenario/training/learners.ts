import { coordinatorKey } from '../../codec/codec.js';
import { batchesOf } from '../../data/batches.js';
import type { Engine, LoadedExamples, Trainer } from '../../engine/engine.js';
import type { ClientLearner, PublicLearner } from '../../method/public/learner.js';
import type { PublicLearning } from '../../method/method.js';
import { initialize } from '../../models/initialize.js';
import type { CompiledNetwork } from '../../models/network.js';
import { rowsOf } from '../../params/rows.js';
import { RandomStream } from '../../util/random.js';
import type { Prepared } from '../prepare.js';
import { localTaskOf } from './local-task.js';
import { learningRateOf, trainingRules } from './rules.js';

/** The public examples as an engine holds them, and what a method does with them. */
export interface Public {
  readonly learning: PublicLearning;
  readonly examples: LoadedExamples;
}

/** Loads the public examples. @returns null where the method needs none */
export const loadPublic = async ({ method, publicSet, dataset }: Prepared, engine: Engine): Promise<Public | null> => {
  const { publicLearning: learning } = method;
  if (learning === undefined || publicSet === null) return null;
  return { learning, examples: await engine.load(publicSet, dataset.inputShape) };
};

/** Trains the networks that learn from public examples, in one process; each is compiled when it is first needed. */
export class Learners {
  private readonly prepared: Prepared;
  private readonly engine: Engine;
  private readonly shared: Public;
  private readonly networks: readonly CompiledNetwork[];
  private readonly all: Int32Array;
  private readonly distilling = new Map<CompiledNetwork, Promise<Trainer>>();
  private readonly training = new Map<CompiledNetwork, Promise<Trainer>>();

  constructor(prepared: Prepared, engine: Engine, shared: Public) {
    this.prepared = prepared;
    this.engine = engine;
    this.shared = shared;
    this.networks = shared.learning.networks(prepared.evaluated);
    this.all = Int32Array.from({ length: shared.examples.count }, (_, index) => index);
  }

  private compiled(network: CompiledNetwork, distils: boolean): Promise<Trainer> {
    const trainers = distils ? this.distilling : this.training;
    const known = trainers.get(network);
    if (known !== undefined) return known;
    const { scenario, dataset } = this.prepared;
    const rules = trainingRules(scenario);
    const { temperature } = this.shared.learning;
    // All of the loss is the teacher's: nothing of the labels, which public examples have not got.
    const loss = distils ? ({ kind: 'distillation', temperature, alpha: 1 } as const) : rules.loss;
    const { batchSize } = scenario.local;
    const { scale } = dataset;
    const trainer = this.engine.compile({ network, ...rules, ...(loss ? { loss } : {}), batchSize, scale });
    trainers.set(network, trainer);
    return trainer;
  }

  private learner(network: CompiledNetwork, round: number, client: number): PublicLearner {
    const { scenario } = this.prepared;
    const { seed } = scenario;
    const { examples } = this.shared;
    const { classes } = network.network;
    return {
      classes,
      initial: () => initialize(network, seed).floats,
      predict: async (floats) => (await this.compiled(network, true)).predict(examples, floats, this.all),
      distil: async (floats, teacher, epochs) => {
        const stream = new RandomStream({ seed, purpose: 'public/shuffle', round, client });
        const batches = batchesOf({ indices: this.all, epochs, batchSize: scenario.local.batchSize, stream });
        const dropout = new RandomStream({ seed, purpose: 'public/dropout', round, client });
        const trainer = await this.compiled(network, true);
        const { parameters, loss } = await trainer.train(examples, {
          ...batches,
          parameters: floats,
          teacher: rowsOf(teacher, batches.indices, classes),
          learningRate: learningRateOf(scenario, round),
          seed: dropout.below(2 ** 32 - 1),
        });
        return { floats: parameters, loss };
      },
    };
  }

  /** The coordinator's: the scenario's network. */
  coordinator(round: number): PublicLearner {
    return this.learner(this.prepared.evaluated, round, coordinatorKey);
  }

  /** @param own the training examples, as this process's engine holds them */
  client(own: LoadedExamples, round: number, client: number): ClientLearner {
    const network = this.networks[client % this.networks.length];
    return {
      ...this.learner(network, round, client),
      train: async (parameters) => {
        const trainer = await this.compiled(network, false);
        const task = localTaskOf(this.prepared, round, client);
        const result = await trainer.train(own, { ...task, parameters });
        return { floats: result.parameters, loss: result.loss };
      },
    };
  }
}
