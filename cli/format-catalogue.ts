import { textTable } from '../report/text-table.js';
import type { Entry } from './catalogue.js';

/** Options with their defaults: `fraction 0.01, count`. */
const optionsText = ({ options }: Entry): string =>
  Object.entries(options)
    .map(([name, { default: fallback }]) => {
      const standing =
        fallback === undefined || fallback === null
          ? ''
          : ` ${Array.isArray(fallback) ? fallback.join('-') : String(fallback)}`;
      return `${name}${standing}`;
    })
    .join(', ');

const width = 100;

/** Lines of at most `width` characters, all but the first one indented. */
const wrapped = (text: string, indent: number): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
};

/** All that there is to say of each entry of one kind, a block each. */
export const formatDetails = (entries: readonly Entry[]): string =>
  entries
    .map((entry) => {
      const options = optionsText(entry);
      const details = Object.entries({ ...(options === '' ? {} : { options }), ...entry.details });
      const label = Math.max(0, ...details.map(([word]) => word.length));
      const lines = details.map(([word, text]) => `  ${word.padEnd(label)}  ${wrapped(text, label + 4)}`);
      return [wrapped(`${entry.name}: ${entry.summary}`, 2), ...lines].join('\n');
    })
    .join('\n\n');

/** Tables for people, one a kind, with a line for each entry. */
export const formatCatalogue = (listed: Readonly<Record<string, readonly Entry[]>>): string =>
  Object.entries(listed)
    .map(([kind, entries]) =>
      textTable(
        [{ title: kind }, { title: 'what it is' }],
        entries.map(({ name, summary }) => [name, summary]),
      ),
    )
    .join('\n\n');
