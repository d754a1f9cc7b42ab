import type { Engine, LoadedExamples, Trainer } from '../../engine/engine.js';
import type { NestedLearner } from '../../method/nested/learner.js';
import { nestedIn, placesWithin, type SubModel, type SubModels } from '../../method/nested/sub-models.js';
import { floatsAt } from '../../params/parameters.js';
import type { Prepared } from '../prepare.js';
import { cutTask, localTaskOf } from './local-task.js';
import { trainingRules } from './rules.js';

/** A sub-model as it trains inside of a client's own network. */
interface Nested {
  /** Where its floats are among the client's. */
  readonly places: Uint32Array;
  readonly trainer: Trainer;
}

/** Trains what is nested in the networks of clients; each width is compiled once a process. */
export class NestedTrainers {
  private readonly prepared: Prepared;
  private readonly subModels: SubModels;
  private readonly trainers: ReadonlyMap<number, Trainer>;
  private readonly known = new Map<SubModel, readonly Nested[]>();

  private constructor(prepared: Prepared, subModels: SubModels, trainers: ReadonlyMap<number, Trainer>) {
    this.prepared = prepared;
    this.subModels = subModels;
    this.trainers = trainers;
  }

  /** @returns null where the method trains nothing that is nested */
  static async open(prepared: Prepared, engine: Engine): Promise<NestedTrainers | null> {
    const { scenario, dataset, method, subModels } = prepared;
    if (method.trainsNested !== true || subModels === null) return null;
    const { batchSize } = scenario.local;
    const spec = { ...trainingRules(scenario), batchSize, scale: dataset.scale };
    const trainers = new Map<number, Trainer>();
    for (const { width, network } of subModels.all) {
      if (!trainers.has(width)) trainers.set(width, await engine.compile({ network, ...spec }));
    }
    return new NestedTrainers(prepared, subModels, trainers);
  }

  private nestedIn(client: number): readonly Nested[] {
    const { subModels } = this;
    const own = subModels.all[subModels.placeOf(client)];
    const known = this.known.get(own);
    if (known !== undefined) return known;
    const nested = nestedIn(subModels, own).map((model) => ({
      places: placesWithin(model, own),
      trainer: this.trainers.get(model.width)!,
    }));
    this.known.set(own, nested);
    return nested;
  }

  /** @param own the training examples, as this process's engine holds them */
  client(own: LoadedExamples, round: number, client: number): NestedLearner {
    const task = localTaskOf(this.prepared, round, client);
    const nested = this.nestedIn(client);
    return {
      steps: task.steps,
      count: nested.length,
      train: async (floats, choice, from, to) => {
        const { places, trainer } = nested[choice];
        const start = floatsAt(floats, places);
        const { parameters, loss } = await trainer.train(own, { ...cutTask(task, from, to, from), parameters: start });
        const after = floats.slice();
        for (let i = 0; i < places.length; i++) after[places[i]] = parameters[i];
        return { floats: after, loss };
      },
    };
  }
}
