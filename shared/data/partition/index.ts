import { makeRegistry } from '../../util/registry.js';
import type { PartitionPlugIn } from '../plug-ins.js';
import { dirichlet } from './dirichlet.js';
import { draw } from './draw.js';
import { iid } from './iid.js';
import { quantity } from './quantity.js';
import { shards } from './shards.js';

export const partitions = makeRegistry<PartitionPlugIn>('partition', [iid, dirichlet, shards, quantity, draw]);
