import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { lockFile } from '../../../src/local/sync/lock.ts'
import { stateFile } from '../../../src/local/sync/state-file.ts'

const scratch = mkdtempSync(join(tmpdir(), 'state-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let files = 0
const fresh = () => join(scratch, String(files++), 'state.json')

test('replaces the file, and leaves nothing else behind', async () => {
  const path = fresh()
  const file = stateFile(path)
  expect(await file.read()).toBe('')
  await file.write('[1]')
  await file.write('[2]')
  expect(await file.read()).toBe('[2]')
  file.close()
  expect(readdirSync(join(path, '..'))).toEqual(['state.json'])
})

test('leaves the old file whole when the new one can not be written', async () => {
  const path = fresh()
  const file = stateFile(path)
  await file.write('[1]')
  mkdirSync(`${path}.${process.pid}.tmp`)
  await expect(file.write('[2]')).rejects.toThrow("can't be written")
  expect(readFileSync(path, 'utf8')).toBe('[1]')
  file.close()
})

test('two syncs can not use one file at the same time', async () => {
  const path = join(scratch, 'locked.json')
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(other, 'spawn')
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: other.pid, host: hostname() }))
  expect(() => stateFile(path)).toThrow(`in use by the sync with the process number ${other.pid}`)
  other.kill('SIGKILL')
  await once(other, 'exit')
  const unlock = lockFile(path)
  expect(existsSync(`${path}.lock`)).toBe(true)
  unlock()
  expect(existsSync(`${path}.lock`)).toBe(false)
})
