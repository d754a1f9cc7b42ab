import { makeRegistry } from '../../util/registry.js';
import type { DatasetPlugIn } from '../plug-ins.js';
import { fashionMnist } from './fashion-mnist.js';
import { idx } from './idx.js';
import { mnist } from './mnist.js';

export const datasets = makeRegistry<DatasetPlugIn>('dataset', [mnist, fashionMnist, idx]);
