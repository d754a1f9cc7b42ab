import { makeRegistry } from '../util/registry.js';
import { cfd } from './cfd.js';
import { fedavg } from './fedavg.js';
import { feddf } from './feddf.js';
import { fedkd } from './fedkd.js';
import { fedmd } from './fedmd.js';
import { fedpm } from './fedpm.js';
import { fetchsgd } from './fetchsgd.js';
import { fjord } from './fjord.js';
import { heterofl } from './heterofl.js';
import type { MethodPlugIn } from './method.js';

export const methods = makeRegistry<MethodPlugIn>('method', [
  fedavg,
  fedpm,
  fetchsgd,
  cfd,
  fedmd,
  feddf,
  fedkd,
  heterofl,
  fjord,
]);
