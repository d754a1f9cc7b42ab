import { z } from 'zod';
import { dirichletSplit } from '../deal/dirichlet-split.js';
import { checkEnough, poolOf } from '../deal/pool.js';
import type { PartitionPlugIn } from '../plug-ins.js';

const options = z.strictObject({
  alpha: z
    .number()
    .min(1e-6)
    .max(1e6)
    .default(0.5)
    .describe('concentration, 0.000001 to 1000000: small gives few clients nearly all, large gives all as much'),
  minimum: z
    .int()
    .min(0)
    .default(1)
    .describe('examples that every client gets at least, from 0: clients with fewer are filled up from the largest'),
});

/** Quantity skew of Li, Diao, Chen and He, "Federated learning on non-IID data silos" (2022). */
export const quantity: PartitionPlugIn = {
  name: 'quantity',
  summary: 'unequal sizes by Dirichlet shares over the clients, the classes mixed alike',
  options,
  shorthand: 'alpha',
  deal: (request) => {
    checkEnough('quantity', request);
    const { alpha, minimum } = options.parse(request.options);
    const { clients, seed } = request;
    return dirichletSplit({ kind: 'quantity', groups: [poolOf(request)], clients, alpha, minimum, seed });
  },
};
