/** JSON text of single values, as every decoder writes it. */
import { MAX_DEPTH } from '../../cdk/json.ts'
import { depthOf } from './json-walk.ts'

/**
 * The shortest decimal that rounds to the same number of so many bits (32: an Avro float, 64: a double), written as
 * JSON.stringify writes numbers. Undefined for NaN and the infinities, which JSON does not have.
 */
export function numberText(value: number, bits: number): string | undefined {
  if (!Number.isFinite(value)) return undefined
  return String(bits === 32 ? shortest(value) : value)
}

/** Half the distance to the next float above, at a power of two: there it is twice that to the next one below. */
const UPWARDS = 1 + 2 ** -25

function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const nearest = Number(float.toPrecision(digits))
    if (Math.fround(nearest) === float) return nearest
    const above = Number((float * UPWARDS).toPrecision(digits))
    if (Math.fround(above) === float) return above
  }
  return Number(float.toPrecision(9))
}

export interface JsonObjectText {
  /** A JSON object on one line. */
  readonly text: string
  /** False if the text was none, or nested too deeply, and is now the value of `_unparsed`. */
  readonly parsed: boolean
}

/** The object that a JSON text stands for, in its own words, so that its numbers keep every digit. */
export function jsonObjectText(text: string): JsonObjectText {
  return isJsonObject(text) ? nestedText(text) : unparsed(text)
}

/** The same for a text that is known to be an object or an array. */
export const nestedText = (json: string): JsonObjectText =>
  isTooDeep(json) ? unparsed(json) : { text: compact(json), parsed: true }

const unparsed = (text: string): JsonObjectText => ({
  text: `{"_unparsed":${JSON.stringify(text)}}`,
  parsed: false,
})

/** A value of a record lies in three objects: the message, its record, its data. */
const DEEPEST = MAX_DEPTH - 3

/** Whoever got the line would refuse it. */
const isTooDeep = (json: string): boolean => json.length > 2 * DEEPEST && depthOf(json) > DEEPEST

/** JSON text without whitespace between its tokens. Within strings nothing changes, whatever their encoding. */
export const compact = (json: string): string =>
  /\s/.test(json) ? json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g, '$1') : json

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
