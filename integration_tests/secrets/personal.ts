/** Records whose personal fields are easy to find again, one for each event type. */
import { readdirSync, readFileSync } from 'node:fs'

/** In every text of a person, as a word of its own. */
export const MARK = 'qzxwvkjhgfdp'
/** In every number of a person. */
const MARK_NUMBER = 73_918_462

interface Property {
  readonly type: string | readonly string[]
  readonly personal?: true
}

interface CatalogueFile {
  readonly event_type: string
  readonly schema: { readonly properties: Readonly<Record<string, Property>> }
}

const FOLDER = new URL('../../catalogs/', import.meta.url)

const CATALOGUE = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name): CatalogueFile => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))

export interface PersonalRecord {
  readonly stream: string
  readonly data: Readonly<Record<string, unknown>>
}

/** As texts of a person may look, with what a log or a parser might trip over. */
const LOOKS: readonly ((n: number) => string)[] = [
  (n) => `${MARK}${n}`,
  (n) => `${MARK}.${n}@example.org`,
  (n) => `Ada ${MARK} "Queen" O'Neill, 4912345678${n}`,
  (n) => `${MARK}/é\\<b>${n}</b>\n12345678`,
]

/** Every field that the catalogue marks as personal holds something like what people have there. */
export const PERSONAL_RECORDS: readonly PersonalRecord[] = CATALOGUE.map(({ event_type, schema }, i) => {
  const personal = Object.entries(schema.properties).filter(([, property]) => property.personal)
  const fields = personal.map(([name, { type }], j) => [name, looksLike(name, [type].flat(), i + j)])
  return { stream: event_type, data: { id: `event-${i}`, time: 1_700_000_000, ...Object.fromEntries(fields) } }
})

function looksLike(name: string, types: readonly string[], n: number): unknown {
  if (types.includes('string')) return LOOKS[/mail/.test(name) ? 1 : n % LOOKS.length]?.(n)
  return types.includes('number') || types.includes('integer') ? MARK_NUMBER + n / 1024 : [`${MARK}${n}`]
}

/** Any part of them that is long enough to tell: JavaScript's own errors quote ten characters. */
const PARTS = [...partsOf(MARK), ...partsOf(`${MARK_NUMBER}`)]
const PERSONAL = new RegExp(PARTS.join('|'))

function partsOf(text: string): readonly string[] {
  const length = 6
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length))
}

export const isPersonal = (text: string): boolean => PERSONAL.test(text)

/** What is personal in a text, and what stands around it. */
export const personalIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const at = line.search(PERSONAL)
    return at < 0 ? [] : [line.slice(Math.max(0, at - 80), at + 60)]
  })
