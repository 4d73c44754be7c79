/** An export that is as heavy as one may be: everything in it is within the limits of Braze, of Avro and of ours. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { avroFile, long, text } from '../../test/source/decode/avro-file.ts'

/** How heavy. */
export interface Weight {
  /** Of the stream that has many. */
  readonly files: number
  /** Of a block, of what a packed block holds, and of a document. */
  readonly megabytes: number
}

export interface HeavyStream {
  readonly stream: string
  readonly events: number
}

const HOUR = 'date=2025-04-01-17'
const TIME = 1_743_527_000
/** 900 KB is the most that Braze takes in a request for an event. */
const LARGE = 'x'.repeat(900_000)
const SMALL = 'y'.repeat(950)

/** Writes one stream of each kind below `folder`. */
export function heavyExport(folder: string, weight: Weight): readonly HeavyStream[] {
  return kindsOf(weight).map(({ stream, events, files }) => {
    const hour = join(folder, `event_type=${stream}`, HOUR)
    mkdirSync(hour, { recursive: true })
    const ids = Array.from({ length: events }, (_, i) => `${stream}-${i}`)
    for (const [name, content] of files(ids, stream)) writeFileSync(join(hour, name), content)
    return { stream, events }
  })
}

interface Kind extends HeavyStream {
  files(ids: readonly string[], stream: string): Iterable<readonly [name: string, content: Uint8Array]>
}

const kindsOf = ({ files, megabytes }: Weight): readonly Kind[] => [
  {
    // Events that have a block each.
    stream: 'users.messages.email.Open',
    events: 40,
    files: (ids) => [
      [
        'a.avro',
        avroFile(
          SCHEMA,
          ids.map((id) => blockOf([id], LARGE)),
        ),
      ],
    ],
  },
  {
    // A block of many.
    stream: 'users.messages.email.Click',
    events: 1000 * megabytes,
    files: (ids) => [['a.avro', avroFile(SCHEMA, [blockOf(ids, SMALL)])]],
  },
  {
    // A block that is a thousandth of what it unpacks to.
    stream: 'users.messages.email.Delivery',
    events: Math.floor(1.1 * megabytes),
    files: (ids) => [['a.avro', avroFile(SCHEMA, [blockOf(ids, LARGE)], 'deflate')]],
  },
  {
    stream: 'users.messages.email.Send',
    events: files,
    *files(ids) {
      for (const id of ids) yield [`${id}.avro`, avroFile(SCHEMA, [blockOf([id], SMALL)])]
    },
  },
  {
    // One JSON document, of which JavaScript needs two bytes a character.
    stream: 'users.messages.email.Bounce',
    events: Math.floor(1.1 * megabytes),
    files: (ids, stream) => [['a.json.gz', gzipSync(JSON.stringify({ events: ids.map((id) => asHttp(stream, id)) }))]],
  },
]

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Event',
  fields: [...['id', 'user_id', 'url'].map((name) => ({ name, type: 'string' })), { name: 'time', type: 'long' }],
})

const asAvro = (id: string, url: string): Buffer => Buffer.concat([...[id, 'u', url].map(text), long(TIME)])

const blockOf = (ids: readonly string[], url: string) => ({
  count: ids.length,
  content: Buffer.concat(ids.map((id) => asAvro(id, url))),
})

const asHttp = (event_type: string, id: string): object => ({
  event_type,
  id,
  time: TIME,
  user: { user_id: 'u' },
  properties: { url: `${LARGE}ж` },
})
