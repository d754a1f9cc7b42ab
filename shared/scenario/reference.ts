import { z } from 'zod';
import { feedbackStrategies } from '../codec/feedback/index.js';
import { presets } from '../codec/presets.js';
import { stages } from '../codec/stages/index.js';
import { federatedCompression } from '../compression/during/index.js';
import { datasets } from '../data/datasets/index.js';
import { partitions } from '../data/partition/index.js';
import { aggregationRules } from '../method/aggregate/index.js';
import { methods } from '../method/index.js';
import { models } from '../models/catalogue/index.js';
import { layerPlace, layers } from '../models/layer-list.js';
import { codes } from '../util/codes.js';
import type { PlugIn, Registry } from '../util/registry.js';
import { jsonSchemaOf, type JsonSchema } from '../options/json-schema.js';
import { losses } from './training/losses.js';
import { optimizers } from './training/optimizers.js';
import { schedules } from './training/schedules.js';
import { withDefinitions } from './definitions.js';
import { introduction } from './reference-introduction.js';
import { fileSchema } from './schema.js';

/** The JSON Schema that editors check scenario files with: `scenarios/scenario.schema.json`. */
export const scenarioJsonSchema = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'fedsqueeze scenario',
  ...withDefinitions(z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any', target: 'draft-7' })),
});

interface Fields {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** The keys of a group; null for a value that is none. */
const fieldsOf = (schema: JsonSchema | undefined): Fields | null => {
  if (schema === undefined) return null;
  if (schema['properties'] === undefined) {
    const forms = (schema['anyOf'] ?? []) as readonly JsonSchema[];
    return forms.map(fieldsOf).findLast((fields) => fields !== null) ?? null;
  }
  return {
    properties: schema['properties'] as Record<string, JsonSchema>,
    required: (schema['required'] ?? []) as string[],
  };
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A description may stand inside, where a value may be null. */
const descriptionOf = (schema: JsonSchema): string => {
  const inner = (schema['anyOf'] ?? []) as readonly JsonSchema[];
  const text = schema['description'] ?? inner.find((form) => form['description'] !== undefined)?.['description'];
  const sentence = String(text ?? '');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
};

const table = ({ properties, required }: Fields): string[] => [
  '| Key | Default | Meaning |',
  '| --- | --- | --- |',
  ...Object.entries(properties).map(([key, schema]) => {
    const fallback = JSON.stringify(schema['default']) as string | undefined;
    const standing = required.includes(key) ? 'required' : fallback === undefined ? '–' : `\`${fallback}\``;
    return `| \`${key}\` | ${standing} | ${cell(descriptionOf(schema))} |`;
  }),
  '',
];

const plugInSection = ({ name, options, shorthand, summary }: PlugIn): string[] => {
  const fields = fieldsOf(jsonSchemaOf(options));
  const lines = [`#### \`${name}\``, '', `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, ''];
  if (fields === null || Object.keys(fields.properties).length === 0) return lines;
  const short = shorthand === undefined ? [] : [`In short: \`{ ${name}: VALUE }\` sets \`${shorthand}\`.`, ''];
  return [...lines, ...table(fields), ...short];
};

const registrySection = (title: string, { all }: Registry<PlugIn>): string[] => [
  `### ${title}`,
  '',
  ...all.flatMap(plugInSection),
];

/** The layers of a list, with what any of them may say once at the top. */
const layerSection = (): string[] => [
  '### Layers',
  '',
  'What `model: { layers: [...] }` lists, with the names and meanings of Keras. Any layer may have beside its own options:',
  '',
  ...table(fieldsOf(jsonSchemaOf(z.strictObject(layerPlace))) as Fields),
  ...layers.all.flatMap(plugInSection),
];

const presetSection = (): string[] => [
  '### Presets',
  '',
  'Names for `uplink` and `downlink`.',
  '',
  '| Name | What it is |',
  '| --- | --- |',
  ...Object.entries(presets).map(([name, { summary }]) => `| \`${name}\` | ${cell(summary)} |`),
  '',
];

/** Groups whose keys are plug-ins' names; their options stand with the plug-ins. */
const choices = ['model', 'method', 'aggregation'];

const keySections = (): string[] => {
  const top = fieldsOf(jsonSchemaOf(fileSchema)) as Fields;
  const groups = Object.entries(top.properties).flatMap(([key, schema]) => {
    const fields = choices.includes(key) ? null : fieldsOf(schema);
    return fields === null ? [] : [`### \`${key}\``, '', descriptionOf(schema), '', ...table(fields)];
  });
  return ['## Keys', '', ...table(top), ...groups];
};

/** The text of `docs/scenario.md`. */
export const scenarioReference = (): string =>
  [
    introduction,
    ...keySections(),
    '## What can be named',
    '',
    '`fedsqueeze list` prints the same.',
    '',
    ...registrySection('Datasets', datasets),
    ...registrySection('Partitions', partitions),
    ...registrySection('Models', models),
    ...layerSection(),
    ...registrySection('Optimizers', optimizers),
    ...registrySection('Losses', losses),
    ...registrySection('Schedules', schedules),
    ...registrySection('Methods', methods),
    ...registrySection('Aggregation rules', aggregationRules),
    ...registrySection('Model compression during a run', federatedCompression),
    ...registrySection('Error feedback', feedbackStrategies),
    ...registrySection('Codec stages', stages),
    ...presetSection(),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');

/** The text of `docs/errors.md`. */
export const errorReference = (): string =>
  [
    '# Errors and faults',
    '',
    '<!-- Made by scripts/generate.mjs from shared/util/codes.ts. -->',
    '',
    'Every error and every fault in a run log has a code, `AREA/WHAT`, which never changes its meaning. An error that',
    'ends a command gives its exit code: 2 where the input is wrong, 1 where a run failed.',
    '',
    '| Code | Exit code | Meaning |',
    '| --- | --- | --- |',
    ...Object.entries(codes).map(([code, { exit, meaning }]) => `| \`${code}\` | ${exit} | ${cell(meaning)} |`),
    '',
  ].join('\n');
