import { feedbackStrategies } from '../codec/feedback/index.js';
import { stages } from '../codec/stages/index.js';
import { partitions } from '../data/partition/index.js';
import { aggregationRules } from '../method/aggregate/index.js';
import { methods } from '../method/index.js';
import { models } from '../models/catalogue/index.js';
import { layers } from '../models/layer-list.js';
import type { PlugIn, Registry } from '../util/registry.js';
import { losses } from './training/losses.js';
import { optimizers } from './training/optimizers.js';
import { schedules } from './training/schedules.js';
import type { Path } from '../options/problem.js';

/** Where a scenario names a plug-in, and of which registry. */
const places: readonly [place: RegExp, registry: Registry<PlugIn>][] = [
  [/^dataset\.partition$/, partitions],
  [/^model$/, models],
  // The second `layers` is the option, which the short form leaves out.
  [/^model\.layers\.(layers\.)?\d+$/, layers],
  [/^local\.optimizer$/, optimizers],
  [/^local\.loss$/, losses],
  [/^local\.schedule$/, schedules],
  [/^method$/, methods],
  [/^aggregation$/, aggregationRules],
  [/^(uplink|downlink)\.errorFeedback$/, feedbackStrategies],
  [/^(uplink|downlink)\.stages\.\d+$/, stages],
];

/** @returns the registry whose plug-ins a scenario names at the path, if it names any there */
export const registryAt = (path: Path): Registry<PlugIn> | undefined =>
  places.find(([place]) => place.test(path.join('.')))?.[1];
