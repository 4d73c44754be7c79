import { fromByteString } from '../../../src/cdk/bytes.ts'
import type { InputMessage } from '../../../src/cdk/input.ts'
import { MAX_DEPTH } from '../../../src/cdk/json.ts'
import { readMessages } from '../../../src/cdk/read-lines.ts'
import type { Target } from '../target.ts'
import { checkSame, collected, depthOf, inChunks, isObject, parsed, wellFormed, whole } from './check.ts'

const RECORD =
  '{"type":"RECORD","record":{"stream":"users.messages.email.Open","data":{"id":"1","time":2},"emitted_at":3}}'
const STREAM_STATE =
  '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"x":1}},"id":9}}'

/** Lines on stdin are read as JSON.parse reads them, however they are cut into chunks. */
export const lines: Target = {
  name: 'lines',
  words: [
    '\n',
    '\r\n',
    '\ufeff',
    '\xff',
    '"namespace":null,',
    '"__proto__":{},',
    '"record":',
    '"data":{',
    '"type":',
    '"\\u0074ype":"RECORD"',
    '"STATE"',
    '"GLOBAL"',
    RECORD,
    STREAM_STATE,
  ],
  seeds: () =>
    [
      `${RECORD}\n${STREAM_STATE}\n${RECORD}`,
      `\ufeff${RECORD}\r\n\n  \n{"type":"LOG","log":{"level":"INFO","message":"x"}}\n`,
      '{"type":"STATE","state":{"type":"GLOBAL","global":{"stream_states":[{"stream_descriptor":{"name":"a","namespace":"n"}}]}}}',
      '{"type":"STATE","state":{"data":{"a":{}}}}\n{"record":{"stream":"a","namespace":"n","data":{"a\\"":[1,2]}},"type":"RECORD"}',
    ].map((text) => Buffer.from(text)),
  async run(input) {
    const messages = (await collected(readMessages(whole(input)))).flat().map(known)
    const cut = (await collected(readMessages(inChunks(input)))).flat().map(known)
    checkSame(cut, messages, 'chunks make no difference')
    checkSame(messages, expected(input), 'messages are what JSON.parse makes of the lines')
    return [...new Set(messages.map(({ type }) => type))].join()
  },
}

type Known = { readonly type: string; readonly stream?: string; readonly namespace?: unknown; readonly data?: unknown }

/** What the oracle can know of a message. */
function known(message: InputMessage): Known {
  if (message.type !== 'RECORD') return { type: message.type }
  const { stream, namespace, data } = message
  const entries = data.names.map((name, i) => [fromByteString(name), JSON.parse(fromByteString(data.values[i] ?? ''))])
  return { type: 'RECORD', stream, namespace, data: Object.fromEntries(entries) }
}

function expected(input: Buffer): readonly Known[] {
  const text = input.toString('utf8').replace(/^\ufeff/, '')
  return text.split('\n').flatMap((line) => (/^[ \t\r]*$/.test(line) ? [] : messageOf(line)))
}

const UNREADABLE: readonly Known[] = [{ type: 'UNREADABLE' }]

function messageOf(line: string): readonly Known[] {
  const oracle = parsed(line)
  if (!oracle || !isObject(oracle.value) || depthOf(oracle.value) > MAX_DEPTH) return UNREADABLE
  const { type, record, state } = oracle.value
  if (type === 'RECORD') return recordOf(record)
  if (type === 'STATE') return isState(state) ? [{ type: 'STATE' }] : UNREADABLE
  return typeof type === 'string' ? [] : UNREADABLE
}

function recordOf(record: unknown): readonly Known[] {
  if (!isObject(record)) return UNREADABLE
  const { stream, namespace, data } = record
  if (typeof stream !== 'string' || !isTextOrNone(namespace)) return UNREADABLE
  if (!isObject(data) || Object.keys(data).length === 0) return UNREADABLE
  return [{ type: 'RECORD', stream, namespace: namespace ?? undefined, data: wellFormed(data) }]
}

function isState(state: unknown): boolean {
  if (!isObject(state)) return false
  const { type = 'LEGACY', stream, global } = state
  if (type === 'LEGACY') return true
  if (type === 'STREAM') return isOfStream(stream)
  return (
    type === 'GLOBAL' &&
    isObject(global) &&
    Array.isArray(global['stream_states']) &&
    global['stream_states'].every(isOfStream)
  )
}

function isOfStream(value: unknown): boolean {
  const descriptor = isObject(value) ? value['stream_descriptor'] : undefined
  return isObject(descriptor) && typeof descriptor['name'] === 'string' && isTextOrNone(descriptor['namespace'])
}

const isTextOrNone = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'
