/** A service with bad days: busy, broken, slow, and away, by a seed. It counts the events that it kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../../src/local/random.ts'
import { type Behaviour, fakeService, type ReceivedRequest } from '../fakes/service.ts'

export interface Counts {
  requests: number
  faults: number
  /** Different events that were kept: those whose `id` is like e17. */
  kept: number
  /** Events that were kept once more, and those with other ids. */
  others: number
}

export interface FaultyService {
  readonly url: string
  readonly counts: Readonly<Counts>
  close(): Promise<void>
}

/** What is done with a request, at last. */
type Answered = Exclude<Behaviour, Promise<Behaviour>>

interface Fault {
  /** How many requests of ten thousand. */
  readonly often: number
  readonly behaviour: Answered
  /** It keeps the events all the same. */
  readonly keeps?: true
}

const FAULTS: readonly Fault[] = [
  { often: 8, behaviour: { status: 429, headers: { 'retry-after': '1' } } },
  { often: 100, behaviour: 500 },
  { often: 100, behaviour: 502 },
  { often: 100, behaviour: 503 },
  { often: 200, behaviour: 'reset' },
  { often: 100, behaviour: 'cut' },
  { often: 200, behaviour: { status: 200, fate: 'lost' }, keeps: true },
  { often: 300, behaviour: { status: 200, fate: 'slow' }, keeps: true },
  { often: 5, behaviour: { status: 200, fate: 'never' }, keeps: true },
]
const LOTS = FAULTS.flatMap((fault) => Array<Fault>(fault.often).fill(fault))
const OF = 10_000
const SLOWEST_MS = 100

export async function faultyService(seed: number): Promise<FaultyService> {
  const random = new Random(seed)
  const counts: Counts = { requests: 0, faults: 0, kept: 0, others: 0 }
  const arrived = arrivals()

  function keep({ events }: ReceivedRequest): void {
    for (const { id } of events) {
      if (arrived.isNew(String(id))) counts.kept++
      else counts.others++
    }
  }

  async function behaviourFor(request: ReceivedRequest): Promise<Answered> {
    counts.requests++
    await sleep(random.below(SLOWEST_MS))
    const fault = LOTS[random.below(OF)]
    if (fault) counts.faults++
    if (isRefused(request)) return 400
    if (!fault || fault.keeps) keep(request)
    return fault?.behaviour ?? 200
  }

  const { url, close } = await fakeService(behaviourFor, { forgets: true })
  return { url, counts, close }
}

/** An event that the service does not like, see `lines.ts`. */
const isRefused = ({ body }: ReceivedRequest): boolean => body.includes('"bad"')

const MOST_EVENTS = 2 ** 27

/** A bit for each number. */
function arrivals(): { isNew(id: string): boolean } {
  const bits = new Uint8Array(MOST_EVENTS / 8)
  return {
    isNew(id) {
      const number = Number(/^e(\d+)$/.exec(id)?.[1] ?? MOST_EVENTS)
      const [byte, bit] = [number >> 3, 1 << (number & 7)]
      if (number >= MOST_EVENTS || ((bits[byte] ?? 0) & bit) !== 0) return false
      bits[byte] = (bits[byte] ?? 0) | bit
      return true
    },
  }
}
