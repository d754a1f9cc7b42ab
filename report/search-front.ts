import type { SearchDetails } from '../shared/compression/search/details.js';
import { searchesOf } from './compressed/searches.js';
import { formatBytes, formatPercent } from './format.js';
import { textTable, type TextColumn } from './text-table.js';

const columns: readonly TextColumn[] = [
  { title: 'Front' },
  { title: 'accuracy', isNumber: true },
  { title: 'MFLOPs', isNumber: true },
  { title: 'stored', isNumber: true },
  { title: 'examples seen', isNumber: true },
];

const table = ({ front, chosen, trials }: SearchDetails): string =>
  [
    textTable(
      columns,
      front.map(({ network, accuracy, flops, storedBytes, examples }) => [
        `${network}${network === chosen ? ' (chosen)' : ''}`,
        formatPercent(accuracy),
        (flops / 1e6).toFixed(2),
        formatBytes(storedBytes),
        examples.toLocaleString('en-US'),
      ]),
    ),
    `${trials.length} short trainings; accuracy on held-out training examples.`,
  ].join('\n');

/** The fronts of accuracy against FLOPs of the searches in a pipeline, one table each. */
export const formatFronts = (stages: readonly { readonly details?: unknown }[]): string[] =>
  searchesOf(stages).map(table);
