import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { splitEvents } from '../../../src/local/collector/wire.ts'

/** Any way to lay out JSON gives the same parts. */
const layouts = [undefined, 1, '\t', ' \r']

test('takes apart what JSON.parse would read, whatever the layout', () => {
  const members = fc.dictionary(fc.constantFrom('batch', 'a', '"', '\\', 'batch"'), fc.jsonValue())
  fc.assert(
    fc.property(members, fc.constantFrom(...layouts), (body, layout) => {
      const text = JSON.stringify(body, null, layout)
      const split = splitEvents(text, 'batch')
      if (!Array.isArray(body['batch'])) return expect(split).toBeUndefined()
      expect(split?.events.map((event) => JSON.parse(event))).toEqual(JSON.parse(text).batch)
      expect(JSON.parse(split?.envelope ?? '')).toEqual({ ...JSON.parse(text), batch: [] })
    }),
    { numRuns: 500 },
  )
})

test('ends on any text', () => {
  const piece = fc.constantFrom('"batch"', ':', '[', ']', '{', '}', ',', '"', '\\', ' ', '1')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      splitEvents(pieces.join(''), 'batch')
    }),
    { numRuns: 2000 },
  )
})
