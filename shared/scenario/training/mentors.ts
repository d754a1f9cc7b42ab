import type { Engine, LoadedExamples, Trainer } from '../../engine/engine.js';
import type { OwnLearner, Pair } from '../../method/mentor/pair.js';
import type { Mentoring } from '../../method/method.js';
import { initialize } from '../../models/initialize.js';
import type { CompiledNetwork } from '../../models/network.js';
import { rowsOf } from '../../params/rows.js';
import type { Prepared } from '../prepare.js';
import { localTaskOf } from './local-task.js';
import { trainingRules } from './rules.js';

/** A client's examples of one round: which they are, and the order of all passes. */
type OwnTask = ReturnType<typeof localTaskOf>;

/** One pass out of several. */
const passOf = ({ indices, weights, steps, seed = 0, ...rest }: OwnTask, epoch: number, epochs: number): OwnTask => {
  const [rows, own] = [indices.length / epochs, steps / epochs];
  const cut = <T extends Int32Array | Float32Array>(all: T): T => all.slice(epoch * rows, (epoch + 1) * rows) as T;
  return { ...rest, indices: cut(indices), weights: cut(weights), steps: own, seed: seed + epoch };
};

/** Trains the two networks of a client whose method has a mentor; both are compiled once a process. */
export class Mentors {
  private readonly prepared: Prepared;
  private readonly mentor: CompiledNetwork;
  private readonly trainers: Readonly<Record<'student' | 'mentor', Trainer>>;

  private constructor(prepared: Prepared, mentor: CompiledNetwork, trainers: Mentors['trainers']) {
    this.prepared = prepared;
    this.mentor = mentor;
    this.trainers = trainers;
  }

  static async open(prepared: Prepared, engine: Engine, { network, ...rest }: Mentoring): Promise<Mentors> {
    const { scenario, dataset, evaluated, parameterization } = prepared;
    const mentor = network(evaluated);
    const spec = {
      ...trainingRules(scenario),
      loss: { kind: 'distillation', ...rest } as const,
      batchSize: scenario.local.batchSize,
      scale: dataset.scale,
    };
    return new Mentors(prepared, mentor, {
      student: await engine.compile({ network: prepared.network, ...spec, ...parameterization.training }),
      mentor: await engine.compile({ network: mentor, ...spec }),
    });
  }

  private learner(
    network: CompiledNetwork,
    trainer: Trainer,
    own: LoadedExamples,
    client: number,
    task: OwnTask,
  ): OwnLearner {
    const { scenario, partition } = this.prepared;
    const { classes } = network.network;
    const mine = partition.indices(client);
    const rowOf = new Map(Array.from(mine, (index, row) => [index, row]));
    return {
      initial: () => initialize(network, scenario.seed).floats,
      predict: (floats) => trainer.predict(own, floats, mine),
      train: async (parameters, teacher, epoch) => {
        const pass = passOf(task, epoch, scenario.local.epochs);
        const rows = pass.indices.map((index) => rowOf.get(index)!);
        const result = await trainer.train(own, { ...pass, parameters, teacher: rowsOf(teacher, rows, classes) });
        return { floats: result.parameters, loss: result.loss };
      },
    };
  }

  /** @param own the training examples, as this process's engine holds them */
  pair(own: LoadedExamples, round: number, client: number): Pair {
    const task = localTaskOf(this.prepared, round, client);
    const { student, mentor } = this.trainers;
    return {
      student: this.learner(this.prepared.network, student, own, client, task),
      mentor: this.learner(this.mentor, mentor, own, client, task),
      epochs: this.prepared.scenario.local.epochs,
    };
  }
}
