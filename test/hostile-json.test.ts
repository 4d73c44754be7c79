/** JSON files of an export that were made to break their reader. */
import { describe, expect, test } from '@jest/globals'
import { Scanner } from '../src/cdk/json.ts'
import { LineReader } from '../src/cdk/line.ts'
import { decodeCustomHttp } from '../src/source/decode/custom-http.ts'
import { dataIn, decoded } from './source/decode/decoded.ts'

const EVENT = '{"event_type":"users.messages.email.Open","id":"1"}'

describe('nesting', () => {
  const DEEP = 100_000
  test.each([
    ['arrays', '['.repeat(DEEP)],
    ['whole arrays', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
    ['envelopes', '{"events":['.repeat(DEEP)],
    ['whole envelopes', `${'{"events":['.repeat(DEEP)}${']}'.repeat(DEEP)}`],
    ['envelopes that say something else first', `${'{"a":1,"events":['.repeat(1000)}${']}'.repeat(1000)}`],
    ['objects', '{"a":'.repeat(DEEP)],
  ])('of %s without end is no JSON for us, and what comes before it is read', async (_, text) => {
    const result = await decoded(decodeCustomHttp, Buffer.from(`${EVENT}\n${text}`))
    expect(result.error?.message).toBe('the file is no JSON')
    expect(dataIn(result)).toEqual(['{"id":"1"}'])
  })

  test('of a hundred arrays is read', async () => {
    const result = await decoded(decodeCustomHttp, Buffer.from(`${'['.repeat(100)}${EVENT}${']'.repeat(100)}`))
    expect([result.error, dataIn(result)]).toEqual([undefined, ['{"id":"1"}']])
  })
})

test('fields may have the names of what every object has', async () => {
  const event = `{"event_type":"users.messages.email.Open","__proto__":{"a":1},"user":{"constructor":2},"properties":{"__proto__":3,"toString":4,"hasOwnProperty":5}}`
  const result = await decoded(decodeCustomHttp, Buffer.from(event))
  expect(dataIn(result)).toEqual(['{"__proto__":{"a":1},"constructor":2,"toString":4,"hasOwnProperty":5}'])
})

test.each(['__proto__', 'constructor', 'toString'])('events may be of a type %s', async (stream) => {
  const file = Buffer.from(`{"event_type":"${stream}","id":"1"}\n${EVENT}`)
  const result = await decoded(decodeCustomHttp, file, { options: { stream } })
  expect(dataIn(result)).toEqual(['{"id":"1"}'])
})

/** As deep as anybody reads: the message, its record and its data are three levels. */
test.each(['properties', 'other'])('what read emits of a deep field %s, write takes', async (name) => {
  for (const levels of [997, 998, 3000]) {
    const value = `${'['.repeat(levels)}${']'.repeat(levels)}`
    const event = `{"event_type":"users.messages.email.Open","id":"1","properties":{"custom_properties":{},"${name}":${value}}}`
    const { lines, counts } = await decoded(decodeCustomHttp, Buffer.from(event))
    const bytes = Buffer.from(lines.join('').trimEnd())
    expect(new LineReader().read(new Scanner(bytes), 0, bytes.length)?.type).toBe('RECORD')
    expect(counts.unparsed).toBe(levels > 997 ? 1 : 0)
  }
})
