import { z } from 'zod';
import { batchesOf } from '../../data/batches.js';
import { sgd, type Loss, type Trainer } from '../../engine/engine.js';
import { models } from '../../models/catalogue/index.js';
import { choiceOf } from '../../options/choice.js';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import type { Workbench } from '../workbench.js';
import { alpha, studentOptions, temperature, trainingOptions } from './options.js';
import { foreseeStudent, newStudent, sizeNote, studentNetwork } from './student.js';
import { graduate, phases } from './transfer.js';

const options = z.strictObject({
  ...studentOptions,
  peer: choiceOf(models, 'Any network of the catalogue.')
    .nullable()
    .default(null)
    .describe('The network that learns beside it; null: the same network from another beginning.'),
  temperature: temperature(1),
  alpha: alpha(0.5),
  exchange: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Steps that one trains before the other hears its new answers; from 1 to 10000.'),
  ...trainingOptions,
});

type Options = z.infer<typeof options>;

/** Both networks train on the same batches, in turns: each on the other's answers of now. */
const learnTogether = async (
  peers: readonly [CompressedModel, CompressedModel],
  bench: Workbench,
  { temperature, alpha, exchange, epochs, batchSize, learningRate }: Options,
): Promise<readonly [CompressedModel, CompressedModel]> => {
  const loss: Loss = { kind: 'distillation', temperature, alpha };
  const stream = bench.random('distill/online');
  const data = await bench.examples('train');
  const floats = peers.map(({ parameters }) => parameters.floats);
  const learn = async (trainers: readonly Trainer[]): Promise<void> => {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const all = batchesOf({ indices: bench.pool, epochs: 1, batchSize, stream });
      for (let step = 0; step < all.steps; step += exchange) {
        const steps = Math.min(exchange, all.steps - step);
        const rows = [step * batchSize, (step + steps) * batchSize] as const;
        const indices = all.indices.subarray(...rows);
        for (const own of [0, 1]) {
          const other = 1 - own;
          const result = await trainers[own].train(data, {
            parameters: floats[own],
            indices,
            weights: all.weights.subarray(...rows),
            steps,
            learningRate,
            seed: stream.below(2 ** 32),
            teacher: await trainers[other].predict(data, floats[other], indices),
          });
          floats[own] = result.parameters;
        }
        bench.report({ phase: 'transfer', done: (epoch + (step + steps) / all.steps) / epochs });
      }
    }
  };
  const spec = ({ network }: CompressedModel) => ({ network, batchSize, optimizer: sgd, loss });
  await bench.withTrainer(spec(peers[0]), (first) =>
    bench.withTrainer(spec(peers[1]), (second) => learn([first, second])),
  );
  const trained = peers.map((peer, i) => ({ ...peer, parameters: { ...peer.parameters, floats: floats[i] } }));
  return [trained[0], trained[1]];
};

/**
 * Deep mutual learning (Zhang et al., CVPR 2018): two students without a teacher, each with the loss α · τ² · KL(the other's
 * answers ‖ its own) + (1 − α) · cross-entropy. The paper's sum of the two is that of α = ½ at twice the learning rate.
 */
export const online = defineStep({
  name: 'online',
  summary: 'two smaller students learn from each other and from the labels; the better one stays',
  family: 'distillation',
  phases: phases.filter((phase) => phase !== 'teacher'),
  paper: 'Zhang et al., CVPR 2018, Deep Mutual Learning',
  options,
  shorthand: 'student',
  create: (chosen) => ({
    foresee: (before) => {
      if (chosen.peer !== null) foreseeStudent({ ...chosen, student: chosen.peer }, before);
      const { isQuantized } = foreseeStudent(chosen, before);
      // Which of the two stays, training tells.
      return { network: null, isQuantized };
    },
    apply: async (model, bench) => {
      const network = studentNetwork(chosen, model, bench);
      const { peer } = chosen;
      const other = peer === null ? network : studentNetwork({ ...chosen, student: peer }, model, bench);
      bench.report({ phase: 'student', done: 1, note: `${sizeNote(network, model.network)}, and a peer` });
      const begin = [newStudent(network, bench), newStudent(other, bench, 'peer')] as const;
      const peers = await learnTogether(begin, bench, chosen);
      const scores = [await bench.evaluate(peers[0], 'validation'), await bench.evaluate(peers[1], 'validation')];
      const best = scores[1].accuracy > scores[0].accuracy ? 1 : 0;
      const rest = peers[1 - best];
      const logits = { size: bench.dataset.classes, rows: (indices: Int32Array) => bench.predict(rest, indices) };
      const result = await graduate(peers[best], bench, { ...chosen, logits }, chosen);
      return { ...result, details: { ...(result.details as object), peers: scores } };
    },
  }),
});
