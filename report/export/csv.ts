/** A value of a row; null and undefined are an empty field. */
export type Cell = string | number | boolean | null | undefined;

const fieldOf = (cell: Cell): string => {
  const text = cell === null || cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** @returns CSV after RFC 4180 with a header line; columns are those of the first row */
export const toCsv = (rows: readonly Readonly<Record<string, Cell>>[]): string => {
  if (rows.length === 0) return '';
  const columns = Object.keys(rows[0]);
  const lines = [columns.map(fieldOf), ...rows.map((row) => columns.map((column) => fieldOf(row[column])))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
};
