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

const section = (kind: string, entries: readonly Entry[]): string => {
  const hasOptions = entries.some(({ options }) => Object.keys(options).length > 0);
  const columns = [
    { title: kind },
    { title: 'what it is' },
    ...(hasOptions ? [{ title: 'options and defaults' }] : []),
  ];
  const rows = entries.map((entry) => [entry.name, entry.summary, ...(hasOptions ? [optionsText(entry)] : [])]);
  return textTable(columns, rows);
};

/** Tables for people, one a kind. */
export const formatCatalogue = (listed: Readonly<Record<string, readonly Entry[]>>): string =>
  Object.entries(listed)
    .map(([kind, entries]) => section(kind, entries))
    .join('\n\n');
