import type { DirectionTotals } from '../../shared/runlog/records.js';
import { formatBytes, formatNumber } from '../format.js';
import type { Case, ReportModel } from '../model.js';
import { directions, type Direction } from '../plots/panels.js';
import { median } from '../statistics.js';
import { htmlTable, type Column, type Html } from './html.js';

interface TransferRow {
  readonly label: string;
  readonly direction: Direction;
  readonly totals: readonly DirectionTotals[];
}

/** @returns the median over runs of a mean over transfers; null where a run has none */
const perTransfer = ({ totals }: TransferRow, field: keyof DirectionTotals): number | null => {
  const means = totals.flatMap((sums) => {
    const sum = sums[field];
    return sum === null || sums.transfers === 0 ? [] : [sum / sums.transfers];
  });
  return means.length === 0 ? null : median(means);
};

const bytesColumn = (title: string, field: keyof DirectionTotals, about: string): Column<TransferRow> => ({
  title,
  about,
  cell: (row) => formatBytes(perTransfer(row, field)),
  isNumber: true,
});

const columns: readonly Column<TransferRow>[] = [
  { title: 'Case', cell: ({ label }) => label },
  { title: 'Direction', cell: ({ direction }) => direction },
  bytesColumn('Dense float32', 'denseBytes', '4 bytes a number of the full model'),
  bytesColumn('Papers’ formula', 'naiveBytes', 'kept values and positions, no headers'),
  bytesColumn('Zero-order entropy', 'entropyBytes', 'empirical entropy of the symbols and positions'),
  bytesColumn('Coded', 'payloadBytes', 'payloads with headers, scales and tables'),
  bytesColumn(
    'On the wire',
    'wireBytes',
    'everything that crossed the TCP socket, handshakes and dropped transfers too',
  ),
  {
    title: 'NMSE',
    about: 'squared coding error / squared input, residual included',
    cell: ({ totals }) => formatNumber(median(totals.map(({ nmse }) => nmse))),
    isNumber: true,
  },
];

const rowsOf = ({ label, counted }: Case): TransferRow[] =>
  directions.map((direction) => ({ label, direction, totals: counted.map(({ summary }) => summary[direction]) }));

/** @returns what one update and one task of each case weigh, counted in five ways */
export const transferTable = ({ cases }: ReportModel): Html =>
  htmlTable('Bytes of one transfer (means over transfers, medians over runs)', columns, cases.flatMap(rowsOf));
