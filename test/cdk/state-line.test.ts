import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromByteString, toByteString } from '../../src/cdk/bytes.ts'
import { spliceStats } from '../../src/cdk/state-line.ts'
import { jsonText, objectText } from './json-text.ts'

const STATS = { recordCount: 3, rejectedRecordCount: 1 }
const PUT_IN = '"destinationStats":{"recordCount":3.0,"rejectedRecordCount":1.0}'

const splice = (line: string): string => fromByteString(spliceStats(toByteString(line), STATS))

test.each([
  ['{"type":"STATE","state":{"id":7}}', `{"type":"STATE","state":{"id":7,${PUT_IN}}}`],
  ['{"state":{"id":7},"type":"STATE"}', `{"state":{"id":7,${PUT_IN}},"type":"STATE"}`],
  ['{"type":"STATE","state":{}}', `{"type":"STATE","state":{${PUT_IN}}}`],
  ['{ "state" : { "id" : 7 } , "type":"STATE" }', `{ "state" : { "id" : 7,${PUT_IN} } , "type":"STATE" }`],
  ['{"state":{ },"type":"STATE"}', `{"state":{${PUT_IN} },"type":"STATE"}`],
  ['{"state":{"destinationStats":{"recordCount":9},"id":7}}', `{"state":{${PUT_IN},"id":7}}`],
  ['{"state":{"destinationStats":null}}', `{"state":{${PUT_IN}}}`],
  ['{"state":{"data":{"destinationStats":{}}}}', `{"state":{"data":{"destinationStats":{}},${PUT_IN}}}`],
  ['{"state":{"s":"}\\"{\\\\"}}', `{"state":{"s":"}\\"{\\\\",${PUT_IN}}}`],
  ['{"destinationStats":1,"state":{"é":"€"}}', `{"destinationStats":1,"state":{"é":"€",${PUT_IN}}}`],
])('puts the counts into %s', (line, expected) => {
  expect(splice(line)).toBe(expected)
})

test('numbers that JavaScript cannot hold come back as they came', () => {
  const blob = '{"big":9007199254740993,"huge":1e39,"exact":50000.0000000000000001}'
  const line = `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_state":${blob}},"id":9007199254740995}}`
  expect(splice(line)).toBe(line.replace('995}', `995,${PUT_IN}}`))
})

test('whatever else a state holds stays as it is', () => {
  const names = fc.constantFrom(
    '"id"',
    '"data"',
    '"destinationStats"',
    '"\\u0064estinationStats"',
    '"é"',
    '"__proto__"',
  )
  const state = objectText(jsonText.value, names)
  fc.assert(
    fc.property(state, (state) => {
      const line = ` { "type":"STATE" , "state" : ${state} }`
      const { destinationStats, ...others } = JSON.parse(splice(line)).state
      const { destinationStats: _, ...expected } = JSON.parse(state)
      expect(destinationStats).toEqual(STATS)
      expect(others).toEqual(expected)
    }),
    { numRuns: 1000 },
  )
})

test('counts that are put in a second time replace the first', () => {
  const line = toByteString('{"type":"STATE","state":{"id":7}}')
  const once = spliceStats(line, { recordCount: 1, rejectedRecordCount: 0 })
  expect(spliceStats(once, STATS)).toBe(spliceStats(line, STATS))
})
