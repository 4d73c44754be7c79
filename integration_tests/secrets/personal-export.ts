/** An export full of what people are called and how they are reached: whole files, and files that break within it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { avroFile, blockOf, headerOf, long, PACK, text } from '../../test/source/decode/avro-file.ts'
import { MARK, PERSONAL_RECORDS, type PersonalRecord } from './personal.ts'

const HOUR = 'date=2025-04-01-17'

/** Only so many types of events: enough for every kind of field. */
const RECORDS = PERSONAL_RECORDS.filter((_, i) => i % 12 === 0)
/** Of one more field, which the catalogue does not know; its file's header says that it is personal. */
const TAGGED = 'nick_name'

export const STREAMS: readonly string[] = RECORDS.map(({ stream }) => stream)

/** Below `folder`: of every type a whole file, and one that is broken, in another way each. */
export function personalExport(folder: string): void {
  for (const [i, record] of RECORDS.entries()) {
    const hour = join(folder, `event_type=${record.stream}`, HOUR)
    mkdirSync(hour, { recursive: true })
    writeFileSync(join(hour, 'whole.avro'), avroOf(record))
    const [name, content] = BREAKS[i % BREAKS.length]?.(record) ?? ['', '']
    writeFileSync(join(hour, name), content)
  }
}

type File = readonly [name: string, content: Uint8Array | string]

const avroOf = (record: PersonalRecord, codec?: string): Buffer =>
  avroFile(schemaOf(record), [{ count: 3, content: contentOf(record) }], codec)

function schemaOf({ data }: PersonalRecord): string {
  const fields = Object.entries(data).map(([name, value]) => ({ name, type: typeOf(name, value) }))
  const tagged = { name: TAGGED, type: 'string', doc: '[PII] what friends say' }
  return JSON.stringify({ type: 'record', name: 'Event', fields: [...fields, tagged] })
}

function typeOf(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return { type: 'array', items: 'string' }
  return name === 'time' ? 'long' : typeof value === 'number' ? 'double' : 'string'
}

/** Three events. */
const contentOf = ({ data }: PersonalRecord): Buffer =>
  Buffer.concat(
    [1, 2, 3].flatMap((n) => [
      ...Object.entries({ ...data, id: `${data['id']}-${n}` }).map(([name, value]) => bytesOf(name, value)),
      text(`${MARK} the ${n}th`),
    ]),
  )

function bytesOf(name: string, value: unknown): Buffer {
  if (Array.isArray(value))
    return Buffer.concat([long(value.length), ...value.map((item) => text(String(item))), long(0)])
  if (typeof value !== 'number') return text(String(value))
  if (name === 'time') return long(value)
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

const BREAKS: readonly ((record: PersonalRecord) => File)[] = [
  (record) => ['cut.avro', cutWithin(avroOf(record))],
  (record) => ['cut-and-packed.avro', cutWithin(avroOf(record, 'deflate'))],
  (record) => ['damaged-length.avro', withBlock(record, damaged(contentOf(record)))],
  (record) => [
    'damaged-pack.avro',
    withBlock(record, damaged(Buffer.from(PACK['deflate']?.(contentOf(record)) ?? [])), 'deflate'),
  ],
  (record) => ['no-avro.avro', jsonOf(record)],
  (record) => ['cut.json', jsonOf(record).slice(0, -20)],
  (record) => ['cut.json.gz', gzipSync(jsonOf(record)).subarray(0, -20)],
  (record) => [
    'a-word-too-many.jsonl',
    `${jsonOf(record)}\n${jsonOf(record).replace('"user"', `${MARK} "user"`)}\n${MARK}\n`,
  ],
]

/** In the middle of the last personal text. */
const cutWithin = (file: Buffer): Buffer => {
  const at = file.lastIndexOf(MARK)
  return file.subarray(0, at < 0 ? file.length - 25 : at + MARK.length / 2)
}

const withBlock = (record: PersonalRecord, content: Buffer, codec = 'null'): Buffer =>
  Buffer.concat([headerOf({ 'avro.schema': schemaOf(record), 'avro.codec': codec }), blockOf({ count: 3, content })])

/** The length of a personal text is no longer right; where there is none, bytes in the middle. */
function damaged(content: Buffer): Buffer {
  const at = content.lastIndexOf(MARK)
  const copy = Buffer.from(content)
  return copy.fill(0x7e, at < 0 ? copy.length / 2 : at - 1, at < 0 ? copy.length / 2 + 4 : at)
}

const jsonOf = ({ stream, data: { id, time, ...properties } }: PersonalRecord): string =>
  JSON.stringify({
    id: `${id}-json`,
    event_type: stream,
    time,
    user: { user_id: MARK, external_user_id: `${MARK}@example.org` },
    properties,
  })
