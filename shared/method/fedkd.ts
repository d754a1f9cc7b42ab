import { z } from 'zod';
import { models } from '../models/catalogue/index.js';
import type { CompiledNetwork } from '../models/network.js';
import { choiceOf } from '../options/choice.js';
import { differenceOf } from '../params/parameters.js';
import { CodedError } from '../util/errors.js';
import { exactValues } from './exact-parts.js';
import { fedavg } from './fedavg.js';
import { defineMethod, plainParameterization, type ClientTask, type ClientUpdate, type Method } from './method.js';
import type { Pair } from './mentor/pair.js';
import { clientNetwork, rememberedFor } from './public/client-network.js';
import { required } from './public/learner.js';

/*
 * FedKD: Wu et al., "Communication-efficient federated learning via knowledge distillation" (Nature Communications 2022),
 * Algorithm 1. The scenario's model is a small student that travels as in federated averaging; each client keeps a large
 * mentor for itself, and the two learn from the labels and from each other.
 *
 * In the paper they exchange answers for each batch, here for each pass over the client's examples, the mentor before the
 * student; the parts of the losses are fixed, where the paper divides the divergence by the sum of both losses, and hidden
 * layers are not compared. The paper's coding of updates by singular values is the stage `lowrank` of the uplink.
 */

const options = z.strictObject({
  mentor: choiceOf(
    models,
    'The network that stays with its client; it must have more parameters than the scenario’s model.',
  ),
  temperature: z
    .number()
    .gt(0)
    .max(100)
    .default(2)
    .describe('What logits are divided by before they are compared (τ); more than 0, at most 100.'),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe('Part of both losses that is the other network’s answers (α); more than 0, less than 1.'),
});
type Options = z.infer<typeof options>;

const averaging = fedavg.create({});

/** @throws CodedError `compression/impossible` */
const requireLarger = (mentor: CompiledNetwork, student: CompiledNetwork): void => {
  const [large, small] = [mentor, student].map(({ layout }) => layout.floats);
  if (large > small) return;
  throw new CodedError(
    'compression/impossible',
    `The mentor '${mentor.network.name}' has ${large} parameters, and the model that travels has ${small}.`,
    { where: 'method.fedkd.mentor', hint: 'Take a larger mentor or a smaller model.' },
  );
};

const clientRound = async (
  { model, pair }: ClientTask,
  { mentor: kept }: ClientUpdate['state'],
): Promise<ClientUpdate> => {
  const { student, mentor, epochs }: Pair = required(pair);
  let [floats, own] = [model.floats, (kept as Float32Array | undefined) ?? mentor.initial()];
  let losses = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    own = (await mentor.train(own, await student.predict(floats), epoch)).floats;
    const trained = await student.train(floats, await mentor.predict(own), epoch);
    floats = trained.floats;
    losses += trained.loss;
  }
  const delta = differenceOf(model.layout, floats, model.floats, ['weight']);
  return { parts: { delta, ...exactValues({ ...model, floats }) }, state: { mentor: own }, loss: losses / epochs };
};

const create = ({ mentor, temperature, alpha }: Options): Method => {
  const mentorOf = rememberedFor((network) => clientNetwork(mentor, network, 'method.fedkd.mentor'));
  return {
    ...averaging,
    mentoring: { temperature, alpha, network: mentorOf },
    parameterize: (network) => {
      requireLarger(mentorOf(network), network);
      return plainParameterization(network);
    },
    clientRound,
  };
};

export const fedkd = defineMethod({
  name: 'fedkd',
  summary: 'a small model travels and learns from a large one that each client keeps (Wu et al. 2022)',
  aggregations: null,
  options,
  create,
});
