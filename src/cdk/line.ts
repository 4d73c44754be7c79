import { type ByteString, fromByteString } from './bytes.ts'
import type { InputMessage, RawObject } from './input.ts'
import type { Scanner } from './json.ts'
import { OPEN_OBJECT } from './json-bytes.ts'
import { parseRaw, type RawObjectReader } from './raw-object.ts'
import { streamsOf } from './state-line.ts'

/**
 * The message on the scanner's line from `start` to `end`. Undefined for a message that means nothing to a destination:
 * any type but RECORD and STATE.
 */
export function readLine(
  scanner: Scanner,
  start: number,
  end: number,
  objects: RawObjectReader,
): InputMessage | undefined {
  scanner.startLine(start, end)
  const envelope = readEnvelope(scanner, objects)
  scanner.skipWhitespace()
  const line = scanner.text.substring(start, end)
  if (scanner.failed || scanner.at !== end) return { type: 'UNREADABLE', isRecord: looksLikeRecord(line), line }
  return messageOf(envelope, line)
}

/** What we need of a message. Raw values; undefined where a member is missing. */
interface Envelope {
  type: ByteString | undefined
  record: RecordBody | undefined
}

interface RecordBody {
  stream: ByteString | undefined
  namespace: ByteString | undefined
  data: RawObject | undefined
}

function readEnvelope(scanner: Scanner, objects: RawObjectReader): Envelope {
  const envelope: Envelope = { type: undefined, record: undefined }
  scanner.skipWhitespace()
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    if (scanner.isName('"record"')) envelope.record = readRecord(scanner, objects)
    else if (scanner.isName('"type"')) envelope.type = rawValue(scanner)
    else scanner.skipValue()
  }
  return envelope
}

function readRecord(scanner: Scanner, objects: RawObjectReader): RecordBody | undefined {
  if (scanner.peek() !== OPEN_OBJECT) return void scanner.skipValue()
  const body: RecordBody = { stream: undefined, namespace: undefined, data: undefined }
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    if (scanner.isName('"data"')) body.data = readData(scanner, objects)
    else if (scanner.isName('"stream"')) body.stream = rawValue(scanner)
    else if (scanner.isName('"namespace"')) body.namespace = rawValue(scanner)
    else scanner.skipValue()
  }
  return body
}

function readData(scanner: Scanner, objects: RawObjectReader): RawObject | undefined {
  return scanner.peek() === OPEN_OBJECT ? objects.read(scanner) : void scanner.skipValue()
}

function rawValue(scanner: Scanner): ByteString {
  const { at } = scanner
  scanner.skipValue()
  return scanner.text.substring(at, scanner.at)
}

function messageOf({ type, record }: Envelope, line: ByteString): InputMessage | undefined {
  switch (textOf(type)) {
    case 'RECORD':
      return recordOf(record, line)
    case 'STATE':
      return stateOf(line)
    case undefined:
      return { type: 'UNREADABLE', isRecord: record !== undefined, line }
    default:
      return undefined
  }
}

function recordOf(record: RecordBody | undefined, line: ByteString): InputMessage {
  const stream = textOf(record?.stream)
  const namespace = textOf(record?.namespace)
  const data = record?.data
  const wrongNamespace = namespace === undefined && record?.namespace !== undefined && record.namespace !== 'null'
  if (stream === undefined || wrongNamespace || data === undefined || data.names.length === 0)
    return { type: 'UNREADABLE', isRecord: true, line }
  return { type: 'RECORD', stream, namespace, data, line }
}

function stateOf(line: ByteString): InputMessage {
  const streams = streamsOf(line)
  return streams ? { type: 'STATE', streams, line } : { type: 'UNREADABLE', isRecord: false, line }
}

/** The text of a raw string; undefined if it is no string. */
function textOf(value: ByteString | undefined): string | undefined {
  if (!value?.startsWith('"')) return undefined
  return value.includes('\\') ? String(parseRaw(value)) : fromByteString(value.slice(1, -1))
}

/** Whether a line that cannot be read was to be a RECORD: its loss must not be silent. */
const looksLikeRecord = (line: ByteString): boolean => /"type"\s*:\s*"RECORD"|"record"\s*:/.test(line)
