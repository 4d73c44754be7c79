/** Events of which a known number is bad, too large or nobody's. */
import { Random } from '../../src/local/random.ts'

export const STREAMS = ['users.messages.email.Open', 'users.messages.email.Click', 'users.messages.email.Send'] as const

/** How many of a thousand events, about. */
const KINDS = {
  /** The service refuses it. */
  bad: 30,
  /** Fits when its message extras are shortened. */
  long: 5,
  /** Does not fit, whatever is shortened. */
  huge: 5,
  /** Of a user without external ID. */
  anonymous: 50,
  good: 910,
} as const
export type Kind = keyof typeof KINDS

const TABLE = Object.entries(KINDS).flatMap(([kind, count]) => Array.from({ length: count }, () => kind as Kind))

/** An id tells its kind. */
export const kindOf = (id: string): Kind => id.slice(0, id.indexOf('-')) as Kind

/** More than an event may have. */
const LARGE = 'x'.repeat(40_000)

const RECORDS_OF_A_STATE = 500

/** Lines of stdin, the states among them, in pieces. Adds to `made` what it makes. */
export function* linesOf(events: number, made: Record<Kind, number>): Generator<string> {
  const random = new Random(1)
  for (let first = 0; first < events; first += RECORDS_OF_A_STATE) {
    const stream = STREAMS[(first / RECORDS_OF_A_STATE) % STREAMS.length] ?? STREAMS[0]
    const lines: string[] = []
    for (let i = first; i < Math.min(events, first + RECORDS_OF_A_STATE); i++) {
      const kind = random.pick(TABLE)
      made[kind]++
      lines.push(recordLine(stream, kind, i))
    }
    yield `${lines.join('\n')}\n${stateLine(stream, first)}\n`
  }
}

function recordLine(stream: string, kind: Kind, i: number): string {
  const data = {
    id: `${kind}-${i}`,
    time: 1_700_000_000 + i,
    user_id: `braze-${i}`,
    ...(kind !== 'anonymous' && { external_user_id: `customer-${i}` }),
    campaign_id: '0f6a1a3c-6a7e-4a57-8c8b-5b8a4a2d1e30',
    email_address: `customer-${i}@example.com`,
    ...(kind === 'long' && { message_extras: LARGE }),
    ...(kind === 'huge' && { url: LARGE }),
  }
  return JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1 } })
}

const stateLine = (name: string, id: number): string =>
  JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state: {} }, id },
  })
