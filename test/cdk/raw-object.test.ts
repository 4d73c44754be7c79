import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { byteStringOf, fromByteString, toByteString } from '../../src/cdk/bytes.ts'
import type { RawObject } from '../../src/cdk/input.ts'
import { Scanner } from '../../src/cdk/json.ts'
import { parseRaw, RawObjectReader, writeRaw } from '../../src/cdk/raw-object.ts'
import { jsonText, objectText } from './json-text.ts'

const { value } = jsonText
const object = objectText(value)

const readObject = (text: string, reader = new RawObjectReader()): RawObject => {
  const scanner = new Scanner(Buffer.from(text))
  const raw = reader.read(scanner)
  expect([scanner.failed, scanner.at]).toEqual([false, Buffer.byteLength(text)])
  return raw
}

/** What the values stand for, by name. A Map: `__proto__` is a name like any other. */
const parsed = ({ names, values }: RawObject) =>
  new Map(names.map((name, i) => [fromByteString(name), parseRaw(values[i] ?? '')]))

/** A name that is half a character cannot be written in UTF-8. */
const entriesOf = (text: string) => new Map(Object.entries(JSON.parse(text)))

test('reads the members that JSON.parse reads, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 6 }), (texts) => {
      const reader = new RawObjectReader()
      for (const text of [...texts, ...texts]) expect(parsed(readObject(text, reader))).toEqual(entriesOf(text))
    }),
    { numRuns: 500 },
  )
})

test('what is written back stands for the same, and values keep their very text', () => {
  fc.assert(
    fc.property(object, (text) => {
      const raw = readObject(text)
      expect(JSON.parse(fromByteString(writeRaw(raw)))).toEqual(JSON.parse(text))
      for (const value of raw.values) expect(text).toContain(fromByteString(value))
    }),
    { numRuns: 1000 },
  )
})

test('numbers keep every digit, and whitespace around values is left out', () => {
  const { names, values } = readObject('{ "big" : 9007199254740993 ,"small":\t1e-400, "exact":50000.0000000000000001 }')
  expect(names).toEqual(['big', 'small', 'exact'])
  expect(values).toEqual(['9007199254740993', '1e-400', '50000.0000000000000001'])
})

test('of members with one name the last counts, in the place of the first', () => {
  expect(readObject('{"a":1,"b":2,"\\u0061":3}')).toEqual({ names: ['a', 'b'], values: ['3', '2'] })
})

test('objects of one shape share their names', () => {
  const reader = new RawObjectReader()
  const [first, other, second] = ['{"a":1,"b":2}', '{"b":1}', '{ "a":3, "b":4}'].map((text) => readObject(text, reader))
  expect(second?.names).toBe(first?.names)
  expect(other?.names).not.toBe(first?.names)
})

test('ever new shapes are forgotten again', () => {
  const reader = new RawObjectReader()
  const first = readObject('{"a":1}', reader)
  for (let i = 0; i < 600; i++) readObject(`{${Array.from({ length: 100 }, (_, k) => `"${i}_${k}":1`).join()}}`, reader)
  expect(readObject('{"a":1}', reader).names).not.toBe(first.names)
  expect(readObject('{"a":1}', reader)).toEqual(first)
})

test('what is remembered of a name does not keep the text around it in memory', () => {
  const reader = new RawObjectReader()
  const text = (i: number) => `{"a_name_of_its_own_${i}":"${'x'.repeat(100_000)}"}`
  const before = heapBytes()
  for (let i = 0; i < 500; i++) readObject(text(i), reader)
  expect(heapBytes() - before).toBeLessThan(25_000_000)
  expect(readObject(text(0), reader).names).toEqual(['a_name_of_its_own_0'])
})

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test('a hundred thousand members cost no more than each of them', () => {
  const members = Array.from({ length: 100_000 }, (_, i) => `"${i}":${i}`)
  expect(readObject(`{${members.join()}}`).names.length).toBe(100_000)
})

test('parses a raw value as the UTF-8 it is', () => {
  expect(parseRaw(toByteString('{"é":"\\u20ac€😀"}'))).toEqual({ é: '€€😀' })
  expect(parseRaw(byteStringOf(Buffer.from('[1,true,null]')))).toEqual([1, true, null])
})
