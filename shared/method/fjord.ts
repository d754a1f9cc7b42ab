import { z } from 'zod';
import { differenceOf } from '../params/parameters.js';
import { RandomStream } from '../util/random.js';
import { defineMethod, type ClientTask, type ClientUpdate } from './method.js';
import { meanOfHolders } from './nested/mean-of-holders.js';
import { nestedIn } from './nested/sub-models.js';
import { widthMethod, widthOptions } from './nested/widths.js';
import { required } from './public/learner.js';

/*
 * FjORD: Horváth, Laskaridis, Almeida, Leontiadis, Venieris and Lane, "FjORD: Fair and Accurate Federated Learning under
 * Heterogeneous Targets with Ordered Dropout" (NeurIPS 2021), Algorithm 1. As in HeteroFL a weak client has the first channels of
 * each layer; and whatever it has, it trains a width drawn anew for every few steps, no more than its own. So the first channels
 * learn to do without the others, and the network can be cut to any of the widths afterwards.
 *
 * Optimizers begin anew with every draw. The paper's self-distillation from the widest to the narrower is left out.
 */

const options = z.strictObject({
  ...widthOptions,
  stepsPerWidth: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1)
    .describe('Steps of local training until another width is drawn; from 1, the paper’s, to 1000000.'),
});

const clientRound = async (
  { seed, round, client, model, nested: given }: ClientTask,
  state: ClientUpdate['state'],
  stepsPerWidth: number,
): Promise<ClientUpdate> => {
  const nested = required(given);
  const { steps, count } = nested;
  const stream = new RandomStream({ seed, purpose: 'fjord/width', round, client });
  let { floats } = model;
  let losses = 0;
  for (let from = 0; from < steps; from += stepsPerWidth) {
    const to = Math.min(from + stepsPerWidth, steps);
    const trained = await nested.train(floats, stream.below(count), from, to);
    floats = trained.floats;
    losses += trained.loss * (to - from);
  }
  const delta = differenceOf(model.layout, floats, model.floats, ['weight']);
  return { parts: { delta }, state, loss: steps === 0 ? 0 : losses / steps };
};

export const fjord = defineMethod({
  name: 'fjord',
  summary: 'ordered dropout: clients train widths drawn up to their own, so that any width works (Horváth et al. 2021)',
  aggregations: ['mean'],
  options,
  create: ({ widths, stepsPerWidth }) => ({
    ...widthMethod(widths, (own, all) => nestedIn({ all }, own)),
    trainsNested: true,
    clientRound: (task, state) => clientRound(task, state, stepsPerWidth),
    serverRound: meanOfHolders,
  }),
});
