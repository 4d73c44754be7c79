import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { ByteInput } from '../../src/cdk/byte-input.ts'
import { pipeInput } from '../../src/cdk/pipe-input.ts'

const KB = 1024

let folder: string
let reading: number
let input: ByteInput | undefined
let writer: FileHandle
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipe-input-'))
  const path = join(folder, 'pipe')
  execFileSync('sh', ['-c', `mkfifo '${path}'`])
  reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  writer = await open(path, 'w')
})
afterEach(async () => {
  await writer.close().catch(() => undefined)
  if (input) input.destroy()
  else closeSync(reading)
  input = undefined
  rmSync(folder, { recursive: true })
})

function chunksOf(chunkBytes: number): AsyncIterator<Uint8Array> {
  input = pipeInput(reading, chunkBytes)
  return input[Symbol.asyncIterator]()
}

const textOf = ({ value }: IteratorResult<Uint8Array>): string => Buffer.from(value).toString()

test.each([64, 100, 128, 500])('all bytes come in, in order, in chunks of at most %d KB', async (kilobytes) => {
  const content = Buffer.from(Array.from({ length: 1000 * KB }, (_, i) => (i * 7 + (i >> 8)) % 251))
  const chunks = chunksOf(kilobytes * KB)
  const written = writer.writeFile(content).then(() => writer.close())
  const seen: Buffer[] = []
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    expect(next.value.length).toBeLessThanOrEqual(kilobytes * KB)
    seen.push(Buffer.from(next.value))
  }
  await written
  expect(Buffer.concat(seen).equals(content)).toBe(true)
})

test('what comes without a pause is one chunk', async () => {
  const chunks = chunksOf(300 * KB)
  writeSync(writer.fd, 'a')
  const asked = chunks.next()
  await turn()
  writeSync(writer.fd, 'b')
  expect(textOf(await asked)).toBe('ab')
})

test('a chunk stays as it is until the next one is asked for, and nothing is lost', async () => {
  const chunks = chunksOf(200 * KB)
  writeSync(writer.fd, 'first')
  const first = await chunks.next()
  writeSync(writer.fd, 'other')
  for (let i = 0; i < 5; i++) await turn()
  expect(textOf(first)).toBe('first')
  expect(textOf(await chunks.next())).toBe('other')
})

test('ends with the last bytes when nobody writes any more', async () => {
  const chunks = chunksOf(100 * KB)
  writeSync(writer.fd, 'last')
  await writer.close()
  expect(textOf(await chunks.next())).toBe('last')
  expect((await chunks.next()).done).toBe(true)
})

test('nothing comes in any more once it is destroyed, even if it was asked for before', async () => {
  const chunks = chunksOf(100 * KB)
  const asked = chunks.next()
  await turn()
  input?.destroy()
  expect((await asked).done).toBe(true)
})

test('what is destroyed before anybody asks is never read', async () => {
  const chunks = chunksOf(100 * KB)
  input?.destroy()
  writeSync(writer.fd, 'left')
  expect((await chunks.next()).done).toBe(true)
  closeSync(reading)
})
