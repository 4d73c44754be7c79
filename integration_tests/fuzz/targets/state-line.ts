import { bytesOf, fromByteString } from '../../../src/cdk/bytes.ts'
import { readMessages } from '../../../src/cdk/read-lines.ts'
import { spliceStats } from '../../../src/cdk/state-line.ts'
import type { Target } from '../target.ts'
import { check, checkSame, collected, isObject, whole } from './check.ts'

const STATS = { recordCount: 12, rejectedRecordCount: 3 }

/** A STATE goes back as it came, but for its statistics. */
export const stateLine: Target = {
  name: 'state-line',
  words: [
    '"destinationStats":{"recordCount":1.0},',
    '"state":',
    '"st\\u0061te":',
    '"id":12345678901234567890,',
    '{}',
    '\r',
    '"__proto__":1,',
  ],
  seeds: () =>
    [
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"x":12345678901234567890}},"id":9}}',
      '{ "state" : { "destinationStats" : { "recordCount" : 1.0 } , "data" : { } } , "type" : "STATE" }',
      '{"type":"STATE","state":{}}',
      '{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"é":"😀"},"stream_states":[]}},"state":{"data":null}}',
    ].map((text) => Buffer.from(text)),
  async run(input) {
    const messages = (await collected(readMessages(whole(input)))).flat()
    const states = messages.filter((message) => message.type === 'STATE')
    for (const { line } of states) spliced(line)
    return `${states.length > 0}`
  },
}

function spliced(line: string): void {
  const out = spliceStats(line, STATS)
  const { state, ...others } = JSON.parse(fromByteString(line))
  const after = JSON.parse(fromByteString(out))
  const expected = { ...(isObject(state) && state), destinationStats: STATS }
  checkSame(after, { ...others, state: expected }, 'only the statistics change')
  checkSame(spliceStats(out, STATS), out, 'doing it twice changes nothing more')
  const old = isObject(state) && state['destinationStats'] !== undefined
  if (!old) check(commonEnds(line, out) >= line.length, 'no byte is lost', line, out)
  check(!bytesOf(out).includes(0x0a), 'it stays one line')
}

/** How many characters at both ends are the same. */
function commonEnds(one: string, other: string): number {
  let start = 0
  while (start < one.length && one[start] === other[start]) start++
  let end = 0
  while (end < one.length && one.at(-1 - end) === other.at(-1 - end)) end++
  return start + end
}
