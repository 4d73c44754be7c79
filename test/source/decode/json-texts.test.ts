import { expect, test } from '@jest/globals'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import { type JsonText, jsonTexts } from '../../../src/source/decode/json-texts.ts'
import { inChunks } from './avro-file.ts'

async function textsIn(file: string, maxBytes: number) {
  const texts: JsonText[] = []
  try {
    for await (const text of jsonTexts(inChunks(Buffer.from(file), [7]), maxBytes)) texts.push(text)
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error
    return { texts, byte: error.byte }
  }
  return { texts }
}

test('a line beyond the limit gives its beginning and breaks the file there', async () => {
  const file = `{"a":1}\n{"b":"${'x'.repeat(100)}"}\n{"c":1}\n`
  const { texts, byte } = await textsIn(file, 50)
  expect(texts.map(({ byte }) => byte)).toEqual([0, 8])
  expect(file.slice(8).startsWith(texts[1]?.text ?? 'nothing')).toBe(true)
  expect(byte).toBe(8 + (texts[1]?.text.length ?? 0))
})

test('the same holds for a first line, whose whole events come before the error', async () => {
  const file = `{"events":[{"a":1},{"b":2},{"c":"${'x'.repeat(100)}"}]}`
  const { texts, byte } = await textsIn(file, 50)
  expect(texts[0]).toEqual({ byte: 0, text: '{"events":[{"a":1},{"b":2}' })
  expect(byte).toBeGreaterThan(50)
})

test('a file that is neither lines nor small is read as lines', async () => {
  const file = `{"events":[\n${'{"a":1},\n'.repeat(20)}{"a":1}\n]}\n`
  const { texts } = await textsIn(file, 50)
  expect(texts.map(({ text }) => text).join('')).toBe(file)
  for (const { text } of texts) expect(text.length).toBeLessThanOrEqual(60)
})
