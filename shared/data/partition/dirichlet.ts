import { z } from 'zod';
import { dirichletSplit } from '../deal/dirichlet-split.js';
import { checkEnough, poolByClass } from '../deal/pool.js';
import type { PartitionPlugIn } from '../plug-ins.js';

const options = z.strictObject({
  alpha: z
    .number()
    .min(1e-6)
    .max(1e6)
    .default(0.5)
    .describe('concentration, 0.000001 to 1000000: small gives each client few classes, large gives all alike'),
  minimum: z
    .int()
    .min(0)
    .default(1)
    .describe('examples that every client gets at least, from 0: clients with fewer are filled up from the largest'),
});

/**
 * For each class, shares over the clients are drawn from Dirichlet(alpha) and the class's examples dealt by them
 * (Yurochkin et al., "Bayesian nonparametric federated learning of neural networks", 2019, section 4; also Li, Diao,
 * Chen and He 2022). Sizes differ too. Hsu, Qi and Brown 2019 draw shares over the classes for each client instead.
 */
export const dirichlet: PartitionPlugIn = {
  name: 'dirichlet',
  summary: 'each class is dealt by Dirichlet shares over the clients: classes and sizes differ',
  options,
  shorthand: 'alpha',
  deal: (request) => {
    checkEnough('dirichlet', request);
    const { alpha, minimum } = options.parse(request.options);
    const { clients, seed } = request;
    return dirichletSplit({ kind: 'dirichlet', groups: poolByClass(request), clients, alpha, minimum, seed });
  },
};
