import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { fileInput } from '../../src/cdk/standard-input.ts'

let folder: string
let file: FileHandle
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standard-input-'))
})
afterEach(async () => {
  await file.close()
  rmSync(folder, { recursive: true })
})

async function fileOf(content: string): Promise<number> {
  const path = join(folder, 'input')
  writeFileSync(path, content)
  file = await open(path)
  return file.fd
}

test.each([0, 1, 9, 10, 11, 30, 95])('all of %i bytes come in, in order', async (length) => {
  const content = 'abcdefghijklmnopqrs'.repeat(5).slice(0, length)
  const descriptor = await fileOf(content)
  let seen = ''
  for await (const chunk of fileInput(descriptor, 10)) {
    expect(chunk.length).toBeLessThanOrEqual(10)
    seen += Buffer.from(chunk).toString()
  }
  expect(seen).toBe(content)
})

test('begins where the file stands: a shell may have read its first lines', async () => {
  const descriptor = await fileOf('first line\nthe rest')
  await file.read(Buffer.alloc(11), 0, 11)
  for await (const chunk of fileInput(descriptor)) expect(Buffer.from(chunk).toString()).toBe('the rest')
})

test('nothing comes in any more once it is destroyed, even if it was asked for before', async () => {
  const input = fileInput(await fileOf('x'.repeat(100)), 10)
  const chunks = input[Symbol.asyncIterator]()
  expect((await chunks.next()).done).toBe(false)
  const asked = chunks.next()
  input.destroy()
  expect([(await asked).done, (await chunks.next()).done]).toEqual([true, true])
})

test('a file that cannot be read is an error', async () => {
  await fileOf('')
  const folderHandle = await open(folder)
  const chunks = fileInput(folderHandle.fd)[Symbol.asyncIterator]()
  await expect(chunks.next()).rejects.toThrow('EISDIR')
  await folderHandle.close()
})
