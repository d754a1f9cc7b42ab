import { z } from 'zod';
import { RandomStream } from '../../util/random.js';
import { dealt, evenOffsets } from '../deal/dealt.js';
import { checkEnough, poolOf } from '../deal/pool.js';
import type { PartitionPlugIn } from '../plug-ins.js';

/** McMahan, Moore, Ramage, Hampson and Agüera y Arcas, "Communication-efficient learning of deep networks" (2017), section 3. */
export const iid: PartitionPlugIn = {
  name: 'iid',
  summary: 'shuffled and cut into equal parts: sizes differ by at most one',
  options: z.strictObject({}),
  deal: (request) => {
    checkEnough('iid', request);
    const stream = new RandomStream({ seed: request.seed, purpose: 'partition/iid' });
    const order = stream.shuffle(poolOf(request));
    return dealt(order, evenOffsets(order.length, request.clients));
  },
};
