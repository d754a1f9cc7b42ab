import { chosenFeedback } from '../shared/codec/error-feedback.js';
import { feedbackStrategies } from '../shared/codec/feedback/index.js';
import { presets } from '../shared/codec/presets.js';
import { stages } from '../shared/codec/stages/index.js';
import { federatedCompression } from '../shared/compression/during/index.js';
import { compressionSteps } from '../shared/compression/index.js';
import { datasets } from '../shared/data/datasets/index.js';
import { partitions } from '../shared/data/partition/index.js';
import { aggregationRules } from '../shared/method/aggregate/index.js';
import { methods } from '../shared/method/index.js';
import { models } from '../shared/models/catalogue/index.js';
import { layers } from '../shared/models/layer-list.js';
import { jsonSchemaOf, type JsonSchema } from '../shared/options/json-schema.js';
import { losses } from '../shared/scenario/training/losses.js';
import { optimizers } from '../shared/scenario/training/optimizers.js';
import { schedules } from '../shared/scenario/training/schedules.js';
import type { PlugIn, Registry } from '../shared/util/registry.js';

/** One thing that a scenario can name. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Option → its JSON Schema, with default and description. */
  readonly options: Readonly<Record<string, JsonSchema>>;
  /** What else there is to say, by a word. */
  readonly details?: Readonly<Record<string, string>>;
}

const entryOf = ({ name, options, summary }: PlugIn): Entry => ({
  name,
  summary,
  options: (jsonSchemaOf(options)['properties'] ?? {}) as Record<string, JsonSchema>,
});

const entriesOf =
  ({ all }: Registry<PlugIn>) =>
  (): Entry[] =>
    all.map(entryOf);

const stageEntries = (): Entry[] =>
  stages.all.map((stage) => {
    const { role, takes, bits, bias, paper } = stage;
    return { ...entryOf(stage), details: { role, takes: takes.join(', '), bits, bias, paper } };
  });

const feedbackEntries = (): Entry[] =>
  feedbackStrategies.all.map((strategy) => {
    const { sends, memory, paper } = strategy;
    return { ...entryOf(strategy), details: { sends, memory, paper } };
  });

const compressionEntries = (): Entry[] =>
  compressionSteps.all.map((step) => {
    const { family, phases, paper } = step;
    return { ...entryOf(step), details: { family, phases: phases.join(' → '), paper } };
  });

const duringEntries = (): Entry[] =>
  federatedCompression.all.map((method) => {
    const { family, phases, paper } = method;
    return { ...entryOf(method), details: { family, phases: phases.join(' → '), paper } };
  });

const presetEntries = (): Entry[] =>
  Object.entries(presets).map(([name, { summary, coding }]) => ({
    name,
    summary,
    options: {},
    details: {
      stages: coding.stages.map((stage) => JSON.stringify(stage).replaceAll('"', '')).join(', ') || 'none',
      scope: coding.scope,
      'error feedback': chosenFeedback(coding.errorFeedback)?.[0].name ?? 'none',
    },
  }));

/** What `fedsqueeze list` can list, in the order of a scenario. */
export const catalogue: Readonly<Record<string, () => Entry[]>> = {
  datasets: entriesOf(datasets),
  partitions: entriesOf(partitions),
  models: entriesOf(models),
  layers: entriesOf(layers),
  optimizers: entriesOf(optimizers),
  losses: entriesOf(losses),
  schedules: entriesOf(schedules),
  methods: entriesOf(methods),
  aggregations: entriesOf(aggregationRules),
  feedback: feedbackEntries,
  stages: stageEntries,
  presets: presetEntries,
  during: duringEntries,
  compression: compressionEntries,
};
