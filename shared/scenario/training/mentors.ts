import type { Engine, LoadedExamples, Trainer } from '../../engine/engine.js';
import type { OwnLearner, Pair } from '../../method/mentor/pair.js';
import type { Mentoring } from '../../method/method.js';
import { initialize } from '../../models/initialize.js';
import type { CompiledNetwork } from '../../models/network.js';
import { rowsOf } from '../../params/rows.js';
import type { Prepared } from '../prepare.js';
import { cutTask, localTaskOf, type LocalTask } from './local-task.js';
import { trainingRules } from './rules.js';

/** One pass out of several. */
const passOf = (task: LocalTask, epoch: number, epochs: number): LocalTask => {
  const steps = task.steps / epochs;
  return cutTask(task, epoch * steps, (epoch + 1) * steps, epoch);
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
    task: LocalTask,
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
