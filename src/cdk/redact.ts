import type { Output } from './connector.ts'
import { secretFormsOf } from './secrets.ts'

type Schema = Readonly<Record<string, unknown>>

/**
 * Keeps secrets out of what people read: the texts of LOG, TRACE and CONNECTION_STATUS. RECORD and STATE are the
 * customer's data, CATALOG holds the names of it, SPEC knows no configuration, and CONTROL hands a configuration back to
 * be kept: these pass as they are.
 */
export class Redaction {
  #forms: readonly string[] = []

  /** From now on the secrets of this configuration are kept out. `schema` is the spec's connectionSpecification. */
  learn(schema: Schema, config: unknown): void {
    this.#forms = secretFormsOf(schema, config)
  }

  apply(output: Output): Output {
    switch (output.type) {
      case 'LOG':
      case 'TRACE':
      case 'CONNECTION_STATUS':
        return mapTexts(output, (text) => redact(text, this.#forms))
      default:
        return output
    }
  }
}

/** Members that hold the protocol's own words or the name of a stream. */
const NOT_TEXT = new Set(['type', 'level', 'status', 'failure_type', 'stream_descriptor', 'name', 'namespace'])

function mapTexts<T>(value: T, change: (text: string) => string): T
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, item]) => [name, NOT_TEXT.has(name) ? item : mapTexts(item, change)]))
}

/** Each run of characters that are part of some form of a secret becomes `****`. */
export function redact(text: string, forms: readonly string[]): string {
  const found = forms.flatMap((form) => placesOf(form, text)).sort((a, b) => a.start - b.start)
  let [redacted, at] = ['', 0]
  for (const { start, end } of found) {
    if (start >= at) redacted += `${text.slice(at, start)}****`
    at = Math.max(at, end)
  }
  return redacted + text.slice(at)
}

/** A secret shorter than this is looked for as a whole word only: as part of others it would make text unreadable. */
const SHORT = 4

/** Where so much of a secret begins, all that follows of it is taken: a long text may have been cut within it. */
const HEAD = 12
/** The first line of a key file is the same in all of them. */
const ARMOUR = /^-----BEGIN[^-]*-----/

function placesOf(form: string, text: string): { start: number; end: number }[] {
  const head = form.slice(0, (ARMOUR.exec(form)?.[0].length ?? 0) + HEAD)
  const places: { start: number; end: number }[] = []
  for (let start = text.indexOf(head); start >= 0; start = text.indexOf(head, start + 1)) {
    const end = endOf(form, text, start, head.length)
    const isPart = /\w/.test(text.charAt(start - 1)) || /\w/.test(text.charAt(end))
    if (form.length >= SHORT || !isPart) places.push({ start, end })
  }
  return places
}

/** Where the text, which at `start` is like the beginning of `form`, ceases to be like it. */
function endOf(form: string, text: string, start: number, alike: number): number {
  let length = alike
  while (length < form.length && text.charCodeAt(start + length) === form.charCodeAt(length)) length++
  return start + length
}
