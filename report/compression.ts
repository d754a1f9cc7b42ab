import { formatBytes, formatPercent, formatRatio } from './format.js';
import { textTable, type TextColumn } from './text-table.js';

/** What a table says of a model after a step. */
interface Stage {
  readonly name: string;
  readonly measures: {
    readonly parameters: number;
    readonly nonzero: number;
    readonly originalBytes: number;
    readonly storedBytes: number;
    readonly effectiveFlops: number;
    readonly flops: number;
  };
  readonly evaluation: { readonly accuracy: number };
}

const columns: readonly TextColumn[] = [
  { title: 'Step' },
  { title: 'accuracy', isNumber: true },
  { title: 'stored', isNumber: true },
  { title: 'ratio', isNumber: true },
  { title: 'parameters', isNumber: true },
  { title: 'not 0', isNumber: true },
  { title: 'MFLOPs', isNumber: true },
  { title: 'needed', isNumber: true },
];

const count = (value: number): string => value.toLocaleString('en-US');
const mega = (flops: number): string => (flops / 1e6).toFixed(2);

/** The model before a pipeline and after each of its steps. */
export const formatStages = (stages: readonly Stage[]): string =>
  textTable(
    columns,
    stages.map(({ name, measures, evaluation }) => [
      name,
      formatPercent(evaluation.accuracy),
      formatBytes(measures.storedBytes),
      formatRatio(stages[0].measures.originalBytes / measures.storedBytes),
      count(measures.parameters),
      count(measures.nonzero),
      mega(measures.flops),
      mega(measures.effectiveFlops),
    ]),
  );
