const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @returns text that is safe inside an element and inside a quoted attribute */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]);

/** A part of a page that is already HTML. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | readonly Html[];

const toText = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escapeHtml(String(part));
};

/** Template tag: everything put in is escaped, except what is `Html` already. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((string, index) => string + (index < parts.length ? toText(parts[index]) : '')).join(''));

/** One column of a table. */
export interface Column<R> {
  readonly title: string;
  /** What the title means; shown by a pointer over it. */
  readonly about?: string;
  readonly cell: (row: R) => string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

/** @returns an HTML table; each row's first cell is its header */
export const htmlTable = <R>(caption: string, columns: readonly Column<R>[], rows: readonly R[]): Html => {
  const heads = columns.map(
    ({ title, about = '', isNumber }) =>
      html`<th scope="col" class="${isNumber === true ? 'number' : ''}" title="${about}">${title}</th>`,
  );
  const cellOf = ({ cell, isNumber }: Column<R>, row: R, index: number): Html =>
    index === 0
      ? html`<th scope="row">${cell(row)}</th>`
      : html`<td class="${isNumber === true ? 'number' : ''}">${cell(row)}</td>`;
  const body = rows.map(
    (row) =>
      html`<tr>
        ${columns.map((column, index) => cellOf(column, row, index))}
      </tr> `,
  );
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
};
