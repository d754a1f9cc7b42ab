/** One column of a table of text. */
export interface TextColumn {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

const gap = '  ';

/** Width in character cells: Chinese, Japanese and Korean letters take two. */
const cellsOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (/[\u1100-\u115f\u2e80-\uffdc]/u.test(character) ? 2 : 1), 0);

/** Names come from scenario files: no control character may reach a terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '�');

const pad = (text: string, width: number, isNumber = false): string => {
  const spaces = ' '.repeat(Math.max(0, width - cellsOf(text)));
  return isNumber ? spaces + text : text + spaces;
};

/** @returns an aligned table with a header and a line under it, without a line break at the end */
export const textTable = (columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string => {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, index) =>
    Math.max(cellsOf(title), ...cells.map((row) => cellsOf(row[index]))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) => pad(text, widths[index], columns[index].isNumber))
      .join(gap)
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join(gap);
  return [line(columns.map(({ title }) => title)), rule, ...cells.map(line)].join('\n');
};

/** @returns names and values in two columns */
export const textPairs = (pairs: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([name]) => cellsOf(name)));
  return pairs.map(([name, value]) => `${pad(name, width)}${gap}${printable(value)}`).join('\n');
};
