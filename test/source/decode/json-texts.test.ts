import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeCustomHttp } from '../../../src/source/decode/custom-http.ts'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import { type JsonText, jsonTexts } from '../../../src/source/decode/json-texts.ts'
import { inChunks } from './avro-file.ts'
import { dataIn, decoded, OPTIONS } from './decoded.ts'

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

test('a file of zeros, as a crash leaves them, is broken and not empty', async () => {
  const { blocks, error } = await decoded(decodeCustomHttp, Buffer.alloc(1000))
  expect([blocks, error]).toEqual([[], expect.any(BrokenFileError)])
})

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
  expect(texts[0]).toEqual({ byte: 0, text: '{"events":[{"a":1},{"b":2}', isLines: false })
  expect(byte).toBeGreaterThan(50)
})

test('a file that is neither lines nor small is read as lines', async () => {
  const file = `{"events":[\n${'{"a":1},\n'.repeat(20)}{"a":1}\n]}\n`
  const { texts } = await textsIn(file, 50)
  expect(texts.map(({ text }) => text).join('')).toBe(file)
  for (const { text } of texts) expect(text.length).toBeLessThanOrEqual(60)
})

test.each([
  ['blank lines', '\n', 0],
  ['blank lines of Windows', ' \r\n', 0],
  // One for each chunk, and for what comes before the first line feed.
  ['lines that hold nothing', '[]\n', 17],
])('a megabyte of %s takes no time for each line', async (_, line, most) => {
  const file = Buffer.from(line.repeat((1 << 20) / line.length))
  let texts = 0
  for await (const _text of jsonTexts(inChunks(file, [65_536]))) texts++
  expect(texts).toBeLessThanOrEqual(most)
})

test('a blank line may be longer than the limit', async () => {
  const { texts, byte } = await textsIn(`${' '.repeat(100)}\n{"a":1}`, 50)
  expect(texts).toEqual([{ byte: 101, text: '{"a":1}', isLines: true }])
  expect(byte).toBeUndefined()
})

const EVENT = (id: number) => `{"event_type":"${OPTIONS.stream}","id":"${id}","é":"é"}`
const BROKEN = ['{"a":', '[1', '1]', '{"é" x}', 'nonsense', ']', '"']
const OTHERS = ['', ' ', '\t\r', '[]', '[1, 2]', '""', '7', '{}', '["é"]']
const someLines = fc
  .array(fc.oneof(fc.constantFrom(...BROKEN), fc.constantFrom(...OTHERS), fc.nat({ max: 99 }).map(EVENT)), {
    maxLength: 12,
  })
  // What comes first decides how the file is read.
  .map((lines) => [EVENT(100), ...lines])

test('of lines each is read by itself, and the first broken one is told, however they arrive', async () => {
  const chunkSizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(someLines, chunkSizes, async (lines, chunks) => {
      const result = await decoded(decodeCustomHttp, Buffer.from(lines.join('\n')), { chunks })
      const ids = lines.filter((line) => line.includes('event_type')).map((line) => JSON.parse(line).id)
      expect(dataIn(result).flatMap((data) => JSON.parse(data).id ?? [])).toEqual(ids)
      const broken = lines.findIndex((line) => BROKEN.includes(line))
      const start = Buffer.byteLength(
        lines
          .slice(0, broken)
          .map((line) => `${line}\n`)
          .join(''),
      )
      const end = start + Buffer.byteLength(`${lines[broken]}\n`)
      expect(result.error?.message).toBe(broken < 0 ? undefined : 'the file is no JSON')
      if (broken < 0) return
      expect(result.error?.byte).toBeGreaterThanOrEqual(start)
      expect(result.error?.byte).toBeLessThanOrEqual(end)
    }),
    { numRuns: 300 },
  )
})
