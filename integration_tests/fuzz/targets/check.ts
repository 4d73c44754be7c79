/** What targets say when a promise is broken, and errors that are none. */
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '../../../src/cdk/errors.ts'

class Broken extends Error {
  override readonly name = 'Broken'
}

export function check(holds: boolean, promise: string, ...seen: readonly unknown[]): void {
  if (!holds) throw new Broken(`${promise}: ${seen.map(shown).join(' / ')}`)
}

export const checkSame = (found: unknown, expected: unknown, promise: string): void =>
  check(isDeepStrictEqual(found, expected), promise, found, expected)

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))?.slice(0, 600) ?? 'undefined'

/** What `make` gives, or the message of a ConfigError. Any other error goes through. */
export function configured<T>(make: () => T): { readonly value: T } | { readonly refused: string } {
  try {
    return { value: make() }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    check(error.message !== '' && error.message.length < 100_000, 'an error says something, and not too much')
    return { refused: error.message }
  }
}

/** JSON.parse, or undefined where it refuses. */
export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Objects and arrays within each other. */
export function depthOf(value: unknown): number {
  let level: readonly unknown[] = [value]
  let depth = 0
  for (; level.some((item) => typeof item === 'object' && item !== null); depth++)
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  return depth
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object with names that can be written in UTF-8: half a character cannot. */
export const wellFormed = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [Buffer.from(name).toString(), member]))

/** The bytes in chunks whose sizes follow from the bytes themselves. */
export async function* inChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + 1 + ((bytes[(i * 7) % bytes.length] ?? 0) % 61)
    yield bytes.subarray(at, end)
    at = end
  }
}

export async function* whole(bytes: Buffer): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
