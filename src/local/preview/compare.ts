/** Finds the fields of an exported event again in what would be sent. It compares texts, and knows nothing of the mapping. */
import { type ByteString, bytesOf, fromByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import { Scanner } from '../../cdk/json.ts'

/** `changed`: sent with another value, such as a time in another notation. `not found`: its value stands nowhere as it is. */
type Mark = 'same' | 'moved' | 'renamed' | 'changed' | 'trimmed' | 'hashed' | 'empty' | 'not found'

export interface Comparison {
  readonly name: string
  /** JSON. */
  readonly value: string
  readonly marks: readonly Mark[]
  /** Where it is sent: `properties.campaign_id`. */
  readonly places: readonly string[]
}

interface Compared {
  readonly record: RawObject
  /** JSON. */
  readonly events: readonly ByteString[]
  readonly trimmed: readonly string[]
  /** The source replaces personal data by hashes. */
  readonly isHashed: boolean
}

export function compare({ record, events, trimmed, isHashed }: Compared): readonly Comparison[] {
  const sent = events.flatMap((event) => [...membersOf(event, '')])
  return record.names.map((bytes, i) => {
    const [name, value] = [fromByteString(bytes), fromByteString(record.values[i] ?? '')]
    const { mark, places } = found(name, value, sent)
    const marks = [
      ...(trimmed.includes(name) ? (['trimmed'] as const) : [mark]),
      ...(isHashed && HASH.test(value) ? (['hashed'] as const) : []),
    ]
    return { name, value, marks, places: [...new Set(places)] }
  })
}

/** HMAC-SHA-256 in hexadecimal digits. */
const HASH = /^"[0-9a-f]{64}"$/

interface Member {
  readonly name: string
  readonly path: string
  readonly value: string
}

/** Of an object and of the objects in it; of other values none. */
function* membersOf(json: ByteString, path: string): Generator<Member> {
  if (!json.startsWith('{')) return
  const scanner = new Scanner(bytesOf(json))
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    const [name, start] = [fromByteString(scanner.name()), scanner.at]
    scanner.skipValue()
    const value = json.slice(start, scanner.at)
    const at = path === '' ? name : `${path}.${name}`
    yield { name, path: at, value: fromByteString(value) }
    yield* membersOf(value, at)
  }
}

function found(name: string, value: string, sent: readonly Member[]): { mark: Mark; places: readonly string[] } {
  const pathsOf = (members: readonly Member[]) => members.map(({ path }) => path)
  const named = sent.filter((member) => member.name === name)
  const equal = named.filter((member) => member.value === value)
  if (equal.some(({ path }) => path === `properties.${name}`)) return { mark: 'same', places: pathsOf(equal) }
  if (equal.length > 0) return { mark: 'moved', places: pathsOf(equal) }
  if (value === 'null' || value === '""') return { mark: 'empty', places: [] }
  const others = TELLING.test(value) ? sent.filter((member) => member.value === value) : []
  if (others.length > 0) return { mark: 'renamed', places: pathsOf(others) }
  const times = sent.filter((member) => member.value === timeOf(value))
  if (times.length > 0) return { mark: 'changed', places: pathsOf(times) }
  return named.length > 0 ? { mark: 'changed', places: pathsOf(named) } : { mark: 'not found', places: [] }
}

/** Seconds since the Unix epoch in ISO 8601. */
const timeOf = (value: string): string | undefined =>
  /^\d{9,10}$/.test(value) ? JSON.stringify(new Date(Number(value) * 1000)) : undefined

/** Values that two fields hardly have in common by chance. */
const TELLING = /^(?!true|false).{4}/s
