/**
 * The layout of one stream's events, compiled once and filled once per record: a list of the places in the event's
 * JSON, each with the field whose value stands there. Values are copied as JSON texts that nobody has parsed.
 */
import type { ByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import { columnOf } from './columns.ts'
import type { FieldName } from './field-name.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { PlacesOf } from './places.ts'

/** The values of one record as JSON texts, by the number of their field; '' or undefined for what is absent or null. */
export type Values = (ByteString | undefined)[]

export interface Plan<Field extends string = FieldName> {
  /** The number of a field, for as long as the plan lives. */
  numberOf(field: Field): number

  /** The values of a record. They are good until the next call: it is the same list every time. */
  read(data: RawObject): Values

  /** The members of the object at `path`, without braces: `"model":"iPhone","type":"ios"`. */
  membersAt(path: string, values: Values): ByteString

  /** Whether the object at `path` has a member of that name. */
  hasMember(path: string, name: ByteString, values: Values): boolean

  /** What `read` and `membersAt` do with records of these columns; undefined if that can't be told as steps. */
  outline(names: readonly ByteString[]): Outline | undefined
}

export interface Outline extends Pick<Layout, 'stepsAt' | 'namesAt'> {
  /** Of the columns. */
  readonly numbers: readonly number[]
  /** False once numbers have been given anew. */
  isCurrent(): boolean
}

/** Records come with few different columns. Should one invent names without end, the plan begins anew. */
const MAX_COLUMNS = 5000

/** `aliases`: other names that a field may come under. */
export function planOf<Field extends string = FieldName>(
  placesOf: PlacesOf,
  aliases: ReadonlyMap<string, string> = new Map(),
): Plan<Field> {
  const asked: Field[] = []
  const values: Values = []
  let columns = columnsOf(placesOf, aliases)
  // Records with the same members share the list of their names.
  let numbersOfNames = new WeakMap<RawObject['names'], readonly number[]>()

  const begin = () => {
    columns = columnsOf(placesOf, aliases)
    for (const field of asked) columns.numberOf(field)
    numbersOfNames = new WeakMap()
    values.length = 0
  }
  const numbersOf = (names: RawObject['names']): readonly number[] => {
    const known = numbersOfNames.get(names)
    if (known) return known
    if (columns.count() > MAX_COLUMNS) begin()
    const numbers = names.map(columns.numberOf)
    numbersOfNames.set(names, numbers)
    return numbers
  }
  return {
    numberOf(field) {
      asked.push(field)
      return columns.numberOf(field)
    },
    read({ names, values: raw }) {
      const numbers = numbersOf(names)
      values.fill('')
      for (let at = 0; at < numbers.length; at++) {
        const value = raw[at]
        if (value !== 'null') values[numbers[at] as number] = value
      }
      for (const { from, to } of columns.replacing) if (values[from]) values[to] = values[from]
      return values
    },
    membersAt: (path, values) => columns.layout.membersAt(path, values),
    hasMember: (path, name, values) => columns.layout.hasMember(path, name, values),
    outline(names) {
      const { numberOf, layout, replacing } = columns
      const numbers = names.map(numberOf)
      const isCurrent = () => columns.layout === layout
      return replacing.length > 0 ? undefined : { ...layout, numbers, isCurrent }
    },
  }
}

/** The columns seen so far, numbered as they come, and the layout of the fields they hold. */
function columnsOf(placesOf: PlacesOf, aliases: ReadonlyMap<string, string>) {
  const numbers = new Map<ByteString, number>()
  const layout = layoutOf()
  const replacing: { readonly from: number; readonly to: number }[] = []
  let count = 0

  const add = (name: ByteString): number => {
    const { field: column, wins } = columnOf(name)
    const field = column && (aliases.get(column) ?? column)
    if (field !== undefined && field !== name && !wins) return numberOf(field)
    const number = count++
    if (wins && field !== undefined) replacing.push({ from: number, to: numberOf(field) })
    else if (field !== undefined) for (const place of placesOf(field)) layout.add(place, number)
    return number
  }
  const numberOf = (name: ByteString): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    const number = add(name)
    numbers.set(name, number)
    return number
  }
  return { numberOf, layout, replacing, count: () => numbers.size }
}
