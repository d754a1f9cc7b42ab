import { formatBytes, formatPercent } from './format.js';
import { textTable, type TextColumn } from './text-table.js';

/** A network that a search has tried, as results keep it. */
interface Tried {
  readonly network: string;
  readonly flops: number;
  readonly storedBytes: number;
  readonly examples: number;
  readonly accuracy: number;
}

interface Searched {
  readonly kind: 'search';
  readonly chosen: string;
  readonly trials: readonly Tried[];
  readonly front: readonly Tried[];
}

const isSearched = (details: unknown): details is Searched =>
  typeof details === 'object' && details !== null && 'kind' in details && details.kind === 'search';

const columns: readonly TextColumn[] = [
  { title: 'Front' },
  { title: 'accuracy', isNumber: true },
  { title: 'MFLOPs', isNumber: true },
  { title: 'stored', isNumber: true },
  { title: 'examples seen', isNumber: true },
];

const table = ({ front, chosen, trials }: Searched): string =>
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
  stages.flatMap(({ details }) => (isSearched(details) ? [table(details)] : []));
