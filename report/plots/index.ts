import { makeRegistry } from '../../shared/util/registry.js';
import { accuracyByBytes } from './accuracy-by-bytes.js';
import { accuracyByRound } from './accuracy-by-round.js';
import { bytesByKind } from './bytes-by-kind.js';
import { bytesPerRound } from './bytes-per-round.js';
import { compressedModels } from './compressed-models.js';
import { lossByRound } from './loss-by-round.js';
import { paretoFront } from './pareto-front.js';
import type { Plot } from './plot.js';
import { wirePerRound } from './wire-per-round.js';

/** All pictures, in the order in which a report shows them. */
export const plots = makeRegistry<Plot>('plot', [
  accuracyByBytes,
  paretoFront,
  compressedModels,
  accuracyByRound,
  bytesPerRound,
  wirePerRound,
  bytesByKind,
  lossByRound,
]);
