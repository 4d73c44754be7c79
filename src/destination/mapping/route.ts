/** Which write key an event is sent with. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import type { Route } from '../../config.ts'
import { columnOf } from './columns.ts'
import { rawOf, textOf } from './json.ts'
import type { Step } from './steps.ts'

export interface WriteKeys {
  /** The first is that of records which no route fits. */
  readonly all: readonly string[]
  of(data: RawObject): string
  /** The same as steps, for records with columns that hold the values of these numbers. */
  steps(names: readonly ByteString[], numbers: readonly number[]): readonly Step[] | undefined
}

/** The key of the first route that fits a record of the stream, else `writeKey`. */
export function routing(routes: readonly Route[], stream: string, writeKey: string): WriteKeys {
  const always = routes.findIndex(({ field, value }) => field === 'stream' && value === stream)
  const byField = routes.slice(0, always < 0 ? routes.length : always).filter(({ field }) => field !== 'stream')
  const otherwise = routes[always]?.write_key ?? writeKey
  const fits = (data: RawObject, { field, value }: Route) => valuesOf(field, data).includes(value)
  return {
    all: [otherwise, ...byField.map(({ write_key }) => write_key)],
    of: (data) => byField.find((route) => fits(data, route))?.write_key ?? otherwise,
    steps(names, numbers) {
      const steps = byField.map(({ field, value }, i) => routeSteps(columnsOf(field, names), numbers, value, i + 1))
      return steps.every((some) => some !== undefined) ? steps.flat() : undefined
    },
  }
}

/** Undefined where several columns hold the field, or share its number. */
function routeSteps(
  columns: readonly number[],
  numbers: readonly number[],
  value: string,
  key: number,
): readonly Step[] | undefined {
  const [number, ...others] = columns.map((at) => numbers[at])
  if (number === undefined) return []
  if (others.length > 0 || numbers.filter((one) => one === number).length > 1) return undefined
  return [{ kind: 'route', number, text: rawOf(value), key }]
}

/** The places of all columns that hold the field. */
const columnsOf = (field: string, names: readonly ByteString[]): readonly number[] =>
  [...names.keys()].filter((at) => columnOf(names[at] ?? '').field === field)

const valuesOf = (field: string, { names, values }: RawObject): readonly (string | undefined)[] =>
  columnsOf(field, names).map((at) => textOf(values[at]))

/** Each key once. */
export const writeKeysOf = (writeKey: string, routes: readonly Route[]): readonly string[] => [
  ...new Set([writeKey, ...routes.map(({ write_key }) => write_key)]),
]
