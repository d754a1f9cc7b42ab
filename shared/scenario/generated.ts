import { presetTable, stageTables } from './codec-tables.js';
import { modelTable } from './model-table.js';
import { errorReference, scenarioJsonSchema, scenarioReference } from './reference.js';

/** Files in which one part is made from the code; it stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
const parts: readonly (readonly [file: string, name: string, make: () => string])[] = [
  ['docs/engines.md', 'models', modelTable],
  ['docs/codecs.md', 'stages', stageTables],
  ['docs/codecs.md', 'presets', presetTable],
];

const replaced = (text: string, name: string, content: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The marks ${begin} and ${end} are missing.`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
};

/**
 * The files that are made from the code, whole or in part, by their paths in the project. Equal code gives equal text.
 * @param read a file of the project as it is, for those of which only a part is made
 */
export const generatedFiles = (read: (file: string) => string): Record<string, string> => ({
  'scenarios/scenario.schema.json': `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'docs/scenario.md': scenarioReference(),
  'docs/errors.md': errorReference(),
  ...parts.reduce<Record<string, string>>(
    (files, [file, name, make]) => ({ ...files, [file]: replaced(files[file] ?? read(file), name, make()) }),
    {},
  ),
});
