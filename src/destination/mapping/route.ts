/** Which write key an event is sent with. */
import type { RawObject } from '../../cdk/input.ts'
import type { Route } from '../../config.ts'
import { columnOf } from './columns.ts'
import { textOf } from './json.ts'

export interface WriteKeys {
  /** The key of every record of the stream; undefined if it depends on the record. */
  readonly always: string | undefined
  of(data: RawObject): string
}

/** The key of the first route that fits a record of the stream, else `writeKey`. */
export function routing(routes: readonly Route[], stream: string, writeKey: string): WriteKeys {
  const candidates = routes.filter(({ field, value }) => field !== 'stream' || value === stream)
  const [first] = candidates
  const always = first?.field === 'stream' ? first.write_key : writeKey
  if (!first || first.field === 'stream') return { always, of: () => always }
  const fits = (data: RawObject, { field, value }: Route) => field === 'stream' || valuesOf(field, data).includes(value)
  return { always: undefined, of: (data) => candidates.find((route) => fits(data, route))?.write_key ?? writeKey }
}

/** Of all columns that hold the field. */
const valuesOf = (field: string, { names, values }: RawObject): readonly (string | undefined)[] =>
  values.filter((_, at) => columnOf(names[at] ?? '').field === field).map(textOf)

/** Each key once. */
export const writeKeysOf = (writeKey: string, routes: readonly Route[]): readonly string[] => [
  ...new Set([writeKey, ...routes.map(({ write_key }) => write_key)]),
]
