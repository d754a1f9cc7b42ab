import { z } from 'zod';
import type { CompiledNetwork } from '../../models/network.js';
import { subLayout, type Layout } from '../../params/layout.js';
import type { Method, Parts } from '../method.js';
import { rememberedFor } from '../public/client-network.js';
import { nestedNetworks, type SubModel, type SubModels } from './sub-models.js';

/** The options of methods whose clients have sub-models. */
export const widthOptions = {
  widths: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .max(64)
    .refine((widths) => widths.includes(1), {
      error:
        'none of them is 1, so that no client would ever train the widest channels; add 1 or take a smaller network',
    })
    .default([1, 0.5, 0.25])
    .describe(
      'Part of each hidden layer’s channels that clients have, the first ⌈width · channels⌉; the client of number n has the width at n modulo their number; more than 0, at most 1, and one of them 1.',
    ),
};

const partsOf = (layout: Layout): Parts => {
  const delta = { name: 'delta', coding: 'codec', layout: subLayout(layout, ['weight']) } as const;
  return { up: [delta], down: [delta] };
};

/**
 * What methods with sub-models have in common.
 * @param trained the sub-models that a client with the given one trains, each as often as the others
 */
export const widthMethod = (
  widths: readonly number[],
  trained: (own: SubModel, all: readonly SubModel[]) => readonly SubModel[],
): Pick<Method, 'subModels' | 'leastClients' | 'parts' | 'policies'> => ({
  leastClients: widths.indexOf(1) + 1,
  subModels: rememberedFor((network: CompiledNetwork): SubModels => {
    const all = nestedNetworks(network, widths);
    const placeOf = (client: number): number => client % all.length;
    const flopsOf = (client: number): number => {
      const some = trained(all[placeOf(client)], all);
      return some.reduce((sum, { network: { flops } }) => sum + flops, 0) / some.length;
    };
    return { all, placeOf, flopsOf };
  }),
  parts: partsOf,
  policies: () => ({
    weight: 'difference, coded by the scenario’s codec, the mean over the clients that have it, weighted by samples',
  }),
});
