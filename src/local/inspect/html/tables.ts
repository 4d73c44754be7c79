/** The tables of the page. */
import { countText } from '../../../cdk/counts.ts'
import { bytesText, durationText } from '../../format.ts'
import type { Markup } from '../../html/markup.ts'
import { printable } from '../printable.ts'
import type { InspectReport, SchemaReport, TypeReport } from '../report.ts'
import { type RemarkedType, withRemarks } from '../text.ts'
import { type Column, tableOf } from './table.ts'

/** More rows than these help nobody; `--json` has them all. */
const MOST_ROWS = 1000

export function tablesOf(report: InspectReport): readonly Markup[] {
  const { types, integrations, broken, late, sameNames } = report
  const ofTypes = <Item>(of: (type: TypeReport) => readonly Item[]) =>
    types.flatMap((type) => of(type).map((item) => ({ ...item, eventType: type.eventType }))).slice(0, MOST_ROWS)
  return [
    tableOf('Event types', withRemarks(report).slice(0, MOST_ROWS), TYPES),
    tableOf(
      'Schemas',
      ofTypes(({ schemas }) => schemas),
      SCHEMAS,
      SCHEMAS_REMARK,
    ),
    tableOf(
      'Unknown fields',
      ofTypes(({ unknownFields }) => unknownFields),
      UNKNOWN_FIELDS,
    ),
    tableOf(
      'Gaps',
      ofTypes(({ gaps }) => gaps),
      GAPS,
    ),
    tableOf('Broken files', broken.items, BROKEN, firstOf(broken)),
    tableOf('Late files', late.items, LATE, firstOf(late)),
    tableOf('Files of the same name', sameNames.items, SAME_NAMES, firstOf(sameNames)),
    tableOf('Currents', integrations, INTEGRATIONS),
  ].filter((table) => table !== undefined)
}

const SCHEMAS_REMARK =
  'Of the headers that were read. Added, removed and changed are fields, against the schema before.'

const firstOf = ({ count, items }: { readonly count: number; readonly items: readonly unknown[] }): string =>
  count > items.length ? `${countText(items.length)} of ${countText(count)}.` : ''

const text = <Row>(
  head: string,
  cell: (row: Row) => string | undefined,
  kind: 'text' | 'long' = 'text',
): Column<Row> => ({
  head,
  kind,
  cell: (row) => printable(cell(row) ?? ''),
})

const number = <Row>(
  head: string,
  value: (row: Row) => number,
  show: (value: number) => string = countText,
): Column<Row> => ({
  head,
  kind: 'number',
  cell: (row) => show(value(row)),
  value,
})

const TYPES: readonly Column<RemarkedType>[] = [
  text('Event type', ({ eventType }) => eventType),
  number('Files', ({ files }) => files),
  number('Size', ({ bytes }) => bytes, bytesText),
  { head: 'Events', kind: 'number', cell: eventsText, value: ({ events }) => events },
  text('Remarks', ({ remarks }) => remarks, 'long'),
  text('Newest hour', ({ lastHour }) => lastHour),
  text('First hour', ({ firstHour }) => firstHour),
  number('Hours', ({ hours }) => hours.length),
  number('Schemas', ({ schemas }) => schemas.length),
]

function eventsText({ events, isEstimated }: TypeReport): string {
  return `${isEstimated ? '~' : ''}${countText(events)}`
}

type OfType<Item> = Item & { readonly eventType: string }

const SCHEMAS: readonly Column<OfType<SchemaReport>>[] = [
  text('Event type', ({ eventType }) => eventType),
  number('Fields', ({ fields }) => fields),
  text('Changes', changesText, 'long'),
  number('Files', ({ files }) => files),
  text('First hour', ({ firstHour }) => firstHour),
  text('Last hour', ({ lastHour }) => lastHour),
  text('In folders', ({ versions }) => versions.join(', '), 'long'),
  text('Fingerprint', ({ fingerprint }) => fingerprint),
]

function changesText({ added, removed, changed }: SchemaReport): string {
  const lists = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ] as const
  return lists.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : [])).join('; ')
}

const UNKNOWN_FIELDS: readonly Column<OfType<TypeReport['unknownFields'][number]>>[] = [
  text('Event type', ({ eventType }) => eventType),
  text('Field', ({ name }) => name, 'long'),
  text('Avro type', ({ type }) => type, 'long'),
  number('Files', ({ files }) => files),
  text('First hour', ({ firstHour }) => firstHour),
  text('Last hour', ({ lastHour }) => lastHour),
]

const GAPS: readonly Column<OfType<TypeReport['gaps'][number]>>[] = [
  text('Event type', ({ eventType }) => eventType),
  text('First hour', ({ first }) => first),
  text('Last hour', ({ last, isOpen }) => (isOpen ? `${last}, and on` : last)),
  number('Hours', ({ hours }) => hours),
  number('Files missing (about)', ({ expectedFiles }) => expectedFiles),
]

const BROKEN: readonly Column<InspectReport['broken']['items'][number]>[] = [
  text('File', ({ key }) => key, 'long'),
  number('Size', ({ size }) => size, bytesText),
  { head: 'At byte', kind: 'number', cell: ({ byte }) => byte, value: ({ byte }) => byte ?? -1 },
  text('Reason', ({ reason }) => reason, 'long'),
]

const LATE: readonly Column<InspectReport['late']['items'][number]>[] = [
  text('File', ({ key }) => key, 'long'),
  text('Modified', ({ modified }) => modified.slice(0, 16).replace('T', ' ')),
  number('Late', ({ lateMs }) => lateMs, durationText),
]

const SAME_NAMES: readonly Column<InspectReport['sameNames']['items'][number]>[] = [
  text('File', ({ key }) => key, 'long'),
  text('Has the same name as', ({ otherKey }) => otherKey, 'long'),
]

const INTEGRATIONS: readonly Column<InspectReport['integrations'][number]>[] = [
  text('Folder', ({ folder }) => folder, 'long'),
  number('Event types', ({ types }) => types),
  number('Files', ({ files }) => files),
  number('Size', ({ bytes }) => bytes, bytesText),
  text('First hour', ({ firstHour }) => firstHour),
  text('Newest hour', ({ lastHour }) => lastHour),
]
