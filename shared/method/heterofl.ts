import { z } from 'zod';
import { differenceOf } from '../params/parameters.js';
import { defineMethod } from './method.js';
import { meanOfHolders } from './nested/mean-of-holders.js';
import { widthMethod, widthOptions } from './nested/widths.js';

/*
 * HeteroFL: Diao, Ding and Tarokh, "HeteroFL: Computation and Communication Efficient Federated Learning for Heterogeneous
 * Clients" (ICLR 2021), Algorithm 1. A client that is too weak for the whole network has the first channels of each hidden layer:
 * it is sent these alone, trains a network that is really smaller, and sends back as many numbers.
 *
 * The paper also scales the narrower networks' values up while they train, keeps no statistics of batch normalization and masks
 * the loss to the client's own classes. Here networks with statistics are refused, and the other two are left out.
 */
export const heterofl = defineMethod({
  name: 'heterofl',
  summary: 'weak clients have networks with fewer channels, nested in the whole one (Diao et al. 2021)',
  aggregations: ['mean'],
  options: z.strictObject(widthOptions),
  create: ({ widths }) => ({
    ...widthMethod(widths, (own) => [own]),
    clientRound: async ({ model }, state, train) => {
      const { parameters, loss } = await train(model);
      return { parts: { delta: differenceOf(model.layout, parameters.floats, model.floats, ['weight']) }, state, loss };
    },
    serverRound: meanOfHolders,
  }),
});
