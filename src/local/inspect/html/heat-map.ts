/** Event types by hours, or longer spans if there are many: the more events, the stronger the colour. */
import { countOf, countText } from '../../../cdk/counts.ts'
import { html, type Markup } from '../../html/markup.ts'
import { hourName, spanOf } from '../hour.ts'
import type { InspectReport, TypeReport } from '../report.ts'

const MOST_COLUMNS = 400
const MOST_ROWS = 300
/** Hours in a column. */
const SPANS = [1, 24, 168, 720, 8760] as const
/** Up to ten days by the hour. */
const MOST_HOURS = 240

interface Scale {
  /** The first hour, a multiple of `span`. */
  readonly first: number
  readonly span: number
  readonly columns: number
}

export function heatMap(report: InspectReport): Markup | undefined {
  const types = report.types.filter(({ hours }) => hours.length > 0).slice(0, MOST_ROWS)
  const scale = scaleOf(types)
  if (!scale) return undefined
  const rows = types.map((type) => ({ type, events: eventsOf(type, scale), gaps: gapsOf(type, scale) }))
  const most = Math.max(...rows.flatMap(({ events }) => [...events.values()]), 1)
  const unit = unitOf(scale.span)
  const left = report.types.filter(({ hours }) => hours.length > 0).length - types.length
  return html`
<h2 id="heat">Events by ${unit}</h2>
<p class="key"><span class="swatch"><i class="q1"></i>few</span><span class="swatch"><i class="q3"></i>more</span><span class="swatch"><i class="q6"></i>up to ${countOf(most, 'event')}</span><span class="swatch"><i class="gap"></i>files missing</span></p>
<p id="cell" class="soft">Point at a cell to see its number.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="heat"><table class="heat">
<caption class="hidden">Events of each type by ${unit} (UTC)</caption>
<thead><tr><th class="name" rowspan="2" scope="col">event type</th>${groupHeads(scale)}</tr>
<tr>${columnHeads(scale)}</tr></thead>
<tbody>${rows.map(
    ({
      type,
      events,
      gaps,
    }) => html`<tr><th class="name" scope="row" title="${type.eventType}">${name(type.eventType)}</th>${Array.from(
      { length: scale.columns },
      (_, i) => cell(events.get(i), gaps.has(i), most),
    )}</tr>
`,
  )}</tbody></table></div>${left > 0 && html`<p class="soft">${countOf(left, 'more event type')}: see the table below.</p>`}`
}

/** Narrow screens show the end of a name, from right to left, but its dots belong where they are. */
const name = (eventType: string): Markup => html`<bdi dir="ltr">${eventType}</bdi>`

function scaleOf(types: readonly TypeReport[]): Scale | undefined {
  const bounds = types.flatMap(({ hours }) => [hours[0], hours.at(-1)].map((hour) => hourNumber(hour?.hour ?? '')))
  if (bounds.length === 0) return undefined
  const [earliest, latest] = [Math.min(...bounds), Math.max(...bounds)]
  const scales = SPANS.map((span): Scale => {
    const first = Math.floor(earliest / span) * span
    return { first, span, columns: Math.floor((latest - first) / span) + 1 }
  })
  return scales.find(({ span, columns }) => columns <= (span === 1 ? MOST_HOURS : MOST_COLUMNS)) ?? scales.at(-1)
}

const hourNumber = (hour: string): number => spanOf(hour)?.hour ?? 0

const unitOf = (span: number): string =>
  ({ 1: 'hour', 24: 'day', 168: '7 days', 720: '30 days' })[span] ?? `${span / 24} days`

const columnOf = (hour: string, { first, span }: Scale): number => Math.floor((hourNumber(hour) - first) / span)

function eventsOf({ hours }: TypeReport, scale: Scale): ReadonlyMap<number, number> {
  const events = new Map<number, number>()
  for (const hour of hours) {
    const column = columnOf(hour.hour, scale)
    events.set(column, (events.get(column) ?? 0) + hour.events)
  }
  return events
}

function gapsOf({ gaps }: TypeReport, scale: Scale): ReadonlySet<number> {
  const columns = new Set<number>()
  for (const { first, last } of gaps)
    for (let column = columnOf(first, scale); column <= Math.min(columnOf(last, scale), scale.columns); column++)
      columns.add(column)
  return columns
}

const LEVELS = 6

/** A cell without a class has no files. */
function cell(events: number | undefined, isGap: boolean, most: number): Markup {
  if (events === undefined) return isGap ? html`<td class="gap">files missing</td>` : html`<td>0</td>`
  // By orders of magnitude, as types differ by many.
  const level = Math.min(LEVELS, 1 + Math.floor((Math.log(events + 1) / Math.log(most + 1)) * LEVELS))
  return html`<td class="q${level}">${countText(events)}${isGap && ', files missing'}</td>`
}

/** The days over hours, the months over days, the years over longer spans. */
function groupHeads(scale: Scale): readonly Markup[] {
  const groups: { readonly name: string; columns: number }[] = []
  for (let i = 0; i < scale.columns; i++) {
    const name = hourName(scale.first + i * scale.span).slice(0, scale.span === 1 ? 10 : scale.span === 24 ? 7 : 4)
    const last = groups.at(-1)
    if (last?.name === name) last.columns++
    else groups.push({ name, columns: 1 })
  }
  // A name has no place over few columns.
  return groups.map(({ name, columns }) => html`<th scope="colgroup" colspan="${columns}">${columns > 3 && name}</th>`)
}

function columnHeads({ first, span, columns }: Scale): readonly Markup[] {
  return Array.from({ length: columns }, (_, i) => {
    const hour = hourName(first + i * span)
    const label = span === 1 ? hour.slice(11) : hour.slice(8, 10)
    const isShown = span === 1 ? Number(label) % 6 === 0 : i % 7 === 0 && span === 24
    const full = span === 1 ? hour : hour.slice(0, 10)
    return html`<th scope="col" data-hour="${full}">${isShown ? label : html`<span class="hidden">${label}</span>`}</th>`
  })
}
