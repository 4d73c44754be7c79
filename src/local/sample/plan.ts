/** Which files a sample export holds: how many events of which type, written when, under which key. */
import type { EventType } from '../../catalog.ts'
import { hashOf, Random } from '../random.ts'

export type SampleFormat = 'avro' | 'custom-http' | 'both'

export interface PlanOptions {
  readonly types: readonly EventType[]
  /** Different events, repetitions not counted. */
  readonly events: number
  readonly hours: number
  readonly seed: number
  readonly format: SampleFormat
  /** Files of exactly this many different events, but for the last of a type. Default: as Braze cuts them. */
  readonly eventsPerFile?: number
  /** The end of the last hour, in milliseconds since the Unix epoch. */
  readonly endMs: number
}

/** One event: its number within its type, and when Braze exported it (seconds since the Unix epoch). */
export interface PlannedEvent {
  readonly index: number
  readonly exportedAt: number
}

export interface PlannedFile {
  readonly type: EventType
  readonly format: 'avro' | 'custom-http'
  readonly key: string
  readonly modifiedMs: number
  /** The events `first` to `first + count - 1` of the type. */
  readonly first: number
  readonly count: number
  readonly exportedAt: number
  /** Events that Braze exported before and exports once more: its promise is "at least once". */
  readonly repeats: readonly PlannedEvent[]
}

/**
 * Braze writes a file every 5 minutes or 15,000 events, and posts up to 100 events in one HTTP request.
 * https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/event_delivery_semantics (read 2026-11).
 */
const SLOT_SECONDS = 300
const SLOTS_PER_HOUR = 12
const EVENTS_PER_FILE = { avro: 15_000, 'custom-http': 100 } as const

/** The files of one of the types, in the order of their hours. */
export function planExport(options: PlanOptions, type: EventType): Iterable<PlannedFile> {
  return planType(type, eventCounts(options.types, options.events).get(type) ?? 0, options)
}

/** How many events of each type, in proportion to `rateOf`; one at least where there are enough. Adds up to `events`. */
function eventCounts(types: readonly EventType[], events: number): ReadonlyMap<EventType, number> {
  const least = events >= types.length ? 1 : 0
  const shares = inProportion(
    types.map((type) => rateOf(type.event_type)),
    events - least * types.length,
  )
  return new Map(types.map((type, i) => [type, least + (shares[i] ?? 0)]))
}

/** Whole numbers in the proportion of the weights that add up to `total`, each at most 1 off. */
function inProportion(weights: readonly number[], total: number, phase = 0): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  let weight = 0
  return weights.map((next) => {
    const before = Math.floor((weight / sum) * total + phase)
    weight += next
    return Math.floor((Math.min(weight, sum) / sum) * total + phase) - before
  })
}

/** Events per thousand e-mails sent: our estimates of a shop that uses every channel. */
const RATES: readonly (readonly [RegExp, number])[] = [
  [/email\.Send$/, 1000],
  [/email\.Delivery$/, 970],
  [/email\.Open$/, 290],
  [/email\.Click$/, 36],
  [/pushnotification\.Send$/, 700],
  [/CustomEvent$/, 600],
  [/Session(Start|End)$/, 240],
  [/(contentcard|banner|inappmessage)\.Impression$/, 160],
  [/(contentcard|sms|webhook|whatsapp)\.Send$/, 90],
  [/canvas\.Entry$|canvasstep\.Progression$/, 80],
  [/\.(Delivery|CarrierSend)$/, 60],
  [/pushnotification\.Open$|\.Read$/, 30],
  [/Purchase$|Conversion$|TokenStateChange$/, 20],
  [/Click$|StateChange$|Location$|FirstSession$|\.Send$/, 10],
]
const rateOf = (eventType: string): number => RATES.find(([pattern]) => pattern.test(eventType))?.[1] ?? 4

function* planType(type: EventType, total: number, options: PlanOptions): Generator<PlannedFile> {
  const startMs = options.endMs - options.hours * 3_600_000
  const slots = inProportion(dailyRhythm(startMs, options.hours), total, new Random(hashOf(type.event_type)).fraction())
  let first = 0
  let previous: PlannedEvent | undefined
  for (const [slot, events] of (options.eventsPerFile ? whenFull(slots, options.eventsPerFile) : slots).entries()) {
    const format = formatOf(slot, options.format)
    for (let left = events; left > 0; ) {
      const count = Math.min(left, options.eventsPerFile ?? EVENTS_PER_FILE[format])
      const exportedAt = startMs / 1000 + (slot + 1) * SLOT_SECONDS
      const repeats = repeatsOf(first, count, exportedAt, previous, repeatEvery(options.events))
      yield { type, format, first, count, exportedAt, repeats, ...placeOf(type, format, slot, first, options) }
      first += count
      left -= count
      previous = { index: first - 1, exportedAt }
    }
  }
}

/** The weight of each 5 minutes: few events at night, most in the early evening (UTC). */
const dailyRhythm = (startMs: number, hours: number): number[] =>
  Array.from({ length: hours * SLOTS_PER_HOUR }, (_, slot) => {
    const hour = (startMs / 3_600_000 + slot / SLOTS_PER_HOUR) % 24
    return 1.2 + Math.sin(((hour - 11) / 24) * 2 * Math.PI)
  })

/** Events wait for a later slot until they fill a file; the last slot takes the rest. */
function whenFull(slots: readonly number[], size: number): number[] {
  let waiting = 0
  return slots.map((events, slot) => {
    waiting += events
    const written = slot === slots.length - 1 ? waiting : waiting - (waiting % size)
    waiting -= written
    return written
  })
}

const formatOf = (slot: number, format: SampleFormat): 'avro' | 'custom-http' =>
  format === 'both' ? (slot % 4 === 3 ? 'custom-http' : 'avro') : format

const repeatEvery = (events: number): number => Math.min(200, Math.max(2, Math.floor(events / 25)))

/** One event in `every` is repeated: the first time the last of the file before, else one of the same file. */
function repeatsOf(
  first: number,
  count: number,
  exportedAt: number,
  previous: PlannedEvent | undefined,
  every: number,
): readonly PlannedEvent[] {
  const length = Math.floor((first + count) / every) - Math.floor(first / every)
  return Array.from({ length }, (_, i) => (i === 0 && previous) || { index: first + i, exportedAt })
}

function placeOf(type: EventType, format: 'avro' | 'custom-http', slot: number, first: number, options: PlanOptions) {
  const { seed, endMs, hours } = options
  const startMs = endMs - hours * 3_600_000
  const random = new Random(seed, hashOf(type.event_type), slot)
  const writtenMs = startMs + (slot + 1) * SLOT_SECONDS * 1000 + random.below(20_000)
  // Braze retries for days, so a file may reach the folder of an hour that is long over.
  const lateMs = random.chance(0.03) ? (1 + random.below(Math.max(1, hours - 1))) * 3_600_000 : 0
  const hour = new Date(startMs + Math.floor(slot / SLOTS_PER_HOUR) * 3_600_000).toISOString()
  const isOldLayout = slot < (hours * SLOTS_PER_HOUR) / 2
  return {
    key: (format === 'avro' ? avroKey : customHttpKey)(type, hour, isOldLayout, first, seed),
    modifiedMs: Math.min(writtenMs + lateMs, endMs),
  }
}

/** Braze changed the folders below `date=` in 2026: readers meet both layouts in one bucket. */
function avroKey(type: EventType, hour: string, isOldLayout: boolean, first: number, seed: number): string {
  const integration = `dataexport.prod-01.S3.integration.${new Random(seed, 0xca11).hex(24)}`
  const schemaId = 100 + (hashOf(type.event_type) % 900)
  return [
    'currents',
    integration,
    `event_type=${type.event_type}`,
    `date=${hour.slice(0, 10)}-${hour.slice(11, 13)}`,
    isOldLayout ? `${schemaId}/prod-01` : 'version=12/us-01',
    `${integration}+0+${first}.avro`,
  ].join('/')
}

function customHttpKey({ event_type }: EventType, hour: string, _isOldLayout: boolean, first: number): string {
  const extension = hashOf(`${event_type}${first}`) % 2 ? 'json' : 'json.gz'
  return `custom_http/${hour.slice(0, 10)}/${hour.slice(11, 13)}/${event_type}-${first}.${extension}`
}
