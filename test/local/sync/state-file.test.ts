import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { lockFile } from '../../../src/local/sync/lock.ts'
import { openStateFile } from '../../../src/local/sync/state-file.ts'

const scratch = mkdtempSync(join(tmpdir(), 'state-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let files = 0
const fresh = () => join(scratch, String(files++), 'state.json')

const stateOf = (name: string, step: number) => ({ stream_descriptor: { name }, stream_state: { step } })

test('keeps the newest state of each stream', () => {
  const puts = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), step: fc.nat(), flush: fc.boolean() }))
  fc.assert(
    fc.property(puts, (puts) => {
      const path = fresh()
      const file = openStateFile(path)
      for (const { name, step, flush } of puts) {
        file.put(stateOf(name, step))
        if (flush) file.flush()
      }
      file.flush()
      const newest = new Map(puts.map(({ name, step }) => [name, stateOf(name, step)]))
      const byName = (states: readonly unknown[]) => [...states].map((state) => JSON.stringify(state)).sort()
      expect(byName(openStateFile(path).states)).toEqual(byName([...newest.values()]))
    }),
    { numRuns: 30 },
  )
})

test('is a list of AirbyteStateMessages, as the read command takes them, and leaves nothing else behind', () => {
  const path = fresh()
  const file = openStateFile(path)
  file.put(stateOf('a', 1))
  file.flush()
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([{ type: 'STREAM', stream: stateOf('a', 1) }])
  expect(readdirSync(join(path, '..'))).toEqual(['state.json'])
})

test('writes nothing if nothing was put', () => {
  const path = fresh()
  openStateFile(path).flush()
  expect(existsSync(path)).toBe(false)
})

test.each(['{', '[1]', '[{"type":"STREAM","stream":1}]'])('refuses %s, and leaves it as it is', (text) => {
  const path = fresh()
  mkdirSync(join(path, '..'))
  writeFileSync(path, text)
  expect(() => openStateFile(path)).toThrow('(--state)')
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('leaves the old file whole when the new one can not be written', () => {
  const path = fresh()
  const file = openStateFile(path)
  file.put(stateOf('a', 1))
  file.flush()
  mkdirSync(`${path}.${process.pid}.tmp`)
  file.put(stateOf('a', 2))
  expect(() => file.flush()).toThrow("can't be written")
  expect(openStateFile(path).states).toEqual([stateOf('a', 1)])
})

test('two syncs can not use one file at the same time', async () => {
  const path = join(scratch, 'locked.json')
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(other, 'spawn')
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: other.pid, host: hostname() }))
  expect(() => lockFile(path)).toThrow(`in use by the sync with the process number ${other.pid}`)
  other.kill('SIGKILL')
  await once(other, 'exit')
  const unlock = lockFile(path)
  expect(existsSync(`${path}.lock`)).toBe(true)
  unlock()
  expect(existsSync(`${path}.lock`)).toBe(false)
})
