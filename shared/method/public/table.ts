import { z } from 'zod';
import { models } from '../../models/catalogue/index.js';
import { initialize } from '../../models/initialize.js';
import type { CompiledNetwork } from '../../models/network.js';
import { choiceOf } from '../../options/choice.js';
import type { Layout } from '../../params/layout.js';
import type { Choice } from '../../util/registry.js';
import { clientNetwork } from './client-network.js';
import type { ClientLearner } from './learner.js';
import type { ClientState, Parameterization, Parts, ServerState } from '../method.js';

/*
 * Methods whose model, what coordinator and clients agree on, is a table of what networks say of the public examples. The
 * networks stay where they are: each client keeps its own, and the coordinator one that learns from the table, which is
 * evaluated and kept.
 */

/** Options that such methods share. */
export const tableOptions = {
  models: z
    .array(choiceOf(models, 'A network of clients.'))
    .min(1)
    .max(16)
    .nullable()
    .default(null)
    .describe(
      'Networks of the clients, 1 to 16: client n has the one at n modulo their number; null: the scenario’s model, as the coordinator.',
    ),
  epochs: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Passes of a client over the public examples in a round, to learn what the table says; 0 to 1000.'),
  coordinatorEpochs: z
    .int()
    .min(1)
    .max(1000)
    .default(2)
    .describe('Passes of the coordinator’s network over the public examples in a round, 1 to 1000.'),
};

/** The networks that a method's option `models` names. @throws CodedError `model/…` */
export const networksOf = (
  method: string,
  choices: readonly Choice[] | null,
  network: CompiledNetwork,
): readonly CompiledNetwork[] =>
  choices === null
    ? [network]
    : choices.map((choice, i) => clientNetwork(choice, network, `method.${method}.models.${i}`));

/** The model is a table of zeros at first; what is evaluated is the coordinator's own network. */
export const tableParameterization = (network: CompiledNetwork, layout: Layout, seed: number): Parameterization => ({
  network: { ...network, layout },
  isTable: true,
  training: {},
  weights: (_model, _round, { student }) => {
    const first = initialize(network, seed);
    return student === undefined ? first : { ...first, floats: student as Float32Array };
  },
});

/** The table goes down as the chain's model; what a client would change of it goes up. */
export const tableParts = (part: string, layout: Layout): Parts => ({
  up: [{ name: part, coding: 'codec', layout }],
  down: [{ name: 'delta', coding: 'codec', layout }],
});

/** The coordinator's network after the last round. */
export const studentOf = ({ student }: ServerState, first: () => Float32Array): Float32Array =>
  (student as Float32Array | undefined) ?? first();

/** What a client's round gives: what its network says now, and the network itself. */
export interface Studied {
  /** [public examples, classes] */
  readonly logits: Float32Array;
  readonly loss: number;
  readonly state: ClientState;
}

/**
 * A client's round: its network learns what the table says, then from the client's own examples.
 * @param teacher logits [public examples, classes]; null where the table says nothing yet
 */
export const study = async (
  learner: ClientLearner,
  { network }: ClientState,
  teacher: Float32Array | null,
  epochs: number,
): Promise<Studied> => {
  const start = (network as Float32Array | undefined) ?? learner.initial();
  const taught = teacher === null || epochs === 0 ? start : (await learner.distil(start, teacher, epochs)).floats;
  const { floats, loss } = await learner.train(taught);
  return { logits: await learner.predict(floats), loss, state: { network: floats } };
};
