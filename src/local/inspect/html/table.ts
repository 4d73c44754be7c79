/** Tables whose heads sort them. */
import { html, type Markup } from '../../html/markup.ts'

export interface Column<Row> {
  readonly head: string
  readonly kind: 'number' | 'text' | 'long'
  readonly cell: (row: Row) => string | number | undefined
  /** What is sorted by, where that is not what is shown. */
  readonly value?: (row: Row) => number
}

/** Nothing if there are no rows. The first column names the row. */
export function tableOf<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  remark = '',
): Markup | undefined {
  if (rows.length === 0) return undefined
  const id = title.toLowerCase().replaceAll(/[^a-z]+/g, '-')
  return html`
<h2 id="${id}">${title}</h2>${remark !== '' && html`<p class="soft">${remark}</p>`}
<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}"><table class="sortable">
<thead><tr>${columns.map(({ head, kind }) => html`<th scope="col" class="${CLASSES[kind]}" data-kind="${kind}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map((column, i) => cellOf(column, row, i === 0))}</tr>
`,
  )}</tbody></table></div>`
}

const CLASSES = { number: '', text: 'left', long: 'left wrap' } as const

function cellOf<Row>({ kind, cell, value }: Column<Row>, row: Row, isName: boolean): Markup {
  const attribute = value && html` data-value="${value(row)}"`
  return isName
    ? html`<th scope="row" class="${CLASSES[kind]}"${attribute}>${cell(row)}</th>`
    : html`<td class="${CLASSES[kind]}"${attribute}>${cell(row)}</td>`
}
