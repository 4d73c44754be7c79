import { type ByteString, copyOf } from './bytes.ts'
import type { InputMessage, RawObject } from './input.ts'
import type { Scanner } from './json.ts'
import { OPEN_OBJECT } from './json-bytes.ts'
import { tokenOf } from './json-words.ts'
import { parseRaw, RawObjectReader } from './raw-object.ts'
import { streamsOf } from './state-line.ts'

/** Reads lines as messages, and remembers what many of them have in common. */
export class LineReader {
  readonly #objects = new RawObjectReader()
  readonly #texts = new Map<ByteString, string>()

  /**
   * The message on the scanner's line from `start` to `end`. Undefined for one that means nothing to a destination: any
   * type but RECORD and STATE.
   */
  read(scanner: Scanner, start: number, end: number): InputMessage | undefined {
    scanner.startLine(start, end)
    const envelope = readEnvelope(scanner, this.#objects)
    scanner.skipWhitespace()
    const line = scanner.text.substring(start, end)
    if (scanner.failed || scanner.at !== end) return { type: 'UNREADABLE', isRecord: looksLikeRecord(line), line }
    return this.#messageOf(envelope, line)
  }

  #messageOf({ type, record }: Envelope, line: ByteString): InputMessage | undefined {
    switch (this.#textOf(type)) {
      case 'RECORD':
        return this.#recordOf(record, line)
      case 'STATE':
        return stateOf(line)
      case undefined:
        return { type: 'UNREADABLE', isRecord: record !== undefined, line }
      default:
        return undefined
    }
  }

  #recordOf(record: RecordBody | undefined, line: ByteString): InputMessage {
    const stream = this.#textOf(record?.stream)
    const namespace = this.#textOf(record?.namespace)
    const data = record?.data
    const wrongNamespace = namespace === undefined && record?.namespace !== undefined && record.namespace !== 'null'
    if (stream === undefined || wrongNamespace || data === undefined || data.names.length === 0)
      return { type: 'UNREADABLE', isRecord: true, line }
    return { type: 'RECORD', stream, namespace, data, line }
  }

  /** The text of a raw string; undefined if it is no string. */
  #textOf(value: ByteString | undefined): string | undefined {
    if (!value?.startsWith('"')) return undefined
    return this.#texts.get(value) ?? this.#remember(copyOf(value))
  }

  #remember(value: ByteString): string {
    const text = String(parseRaw(value))
    if (this.#texts.size < MAX_TEXTS) this.#texts.set(value, text)
    return text
  }
}

/** Types, streams and namespaces: there are few, and they come again and again. */
const MAX_TEXTS = 10_000

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

const NAMES = {
  type: tokenOf('"type"'),
  record: tokenOf('"record"'),
  stream: tokenOf('"stream"'),
  namespace: tokenOf('"namespace"'),
  data: tokenOf('"data"'),
}

function readEnvelope(scanner: Scanner, objects: RawObjectReader): Envelope {
  const envelope: Envelope = { type: undefined, record: undefined }
  scanner.skipWhitespace()
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    if (scanner.isName(NAMES.record)) envelope.record = readRecord(scanner, objects)
    else if (scanner.isName(NAMES.type)) envelope.type = rawValue(scanner)
    else scanner.skipValue()
  }
  return envelope
}

function readRecord(scanner: Scanner, objects: RawObjectReader): RecordBody | undefined {
  if (scanner.peek() !== OPEN_OBJECT) return void scanner.skipValue()
  const body: RecordBody = { stream: undefined, namespace: undefined, data: undefined }
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    if (scanner.isName(NAMES.data)) body.data = readData(scanner, objects)
    else if (scanner.isName(NAMES.stream)) body.stream = rawValue(scanner)
    else if (scanner.isName(NAMES.namespace)) body.namespace = rawValue(scanner)
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

function stateOf(line: ByteString): InputMessage {
  const streams = streamsOf(line)
  return streams ? { type: 'STATE', streams, line } : { type: 'UNREADABLE', isRecord: false, line }
}

/** Whether a line that cannot be read was to be a RECORD: its loss must not be silent. */
const looksLikeRecord = (line: ByteString): boolean => /"type"\s*:\s*"RECORD"|"record"\s*:/.test(line)
