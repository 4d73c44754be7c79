/** Which write key an event is sent with. */
import type { RawObject } from '../../cdk/input.ts'
import type { Route } from '../../config.ts'
import { columnOf } from './columns.ts'
import { textOf } from './json.ts'

/** The key of the first route that fits a record of the stream, else `writeKey`. */
export function routing(routes: readonly Route[], stream: string, writeKey: string): (data: RawObject) => string {
  const candidates = routes.filter(({ field, value }) => field !== 'stream' || value === stream)
  if (candidates.length === 0) return () => writeKey
  return (data) => {
    const fits = ({ field, value }: Route) => field === 'stream' || valuesOf(field, data).includes(value)
    return candidates.find(fits)?.write_key ?? writeKey
  }
}

/** Of all columns that hold the field. */
const valuesOf = (field: string, { names, values }: RawObject): readonly (string | undefined)[] =>
  values.filter((_, at) => columnOf(names[at] ?? '').field === field).map(textOf)

/** Each key once. */
export const writeKeysOf = (writeKey: string, routes: readonly Route[]): readonly string[] => [
  ...new Set([writeKey, ...routes.map(({ write_key }) => write_key)]),
]
