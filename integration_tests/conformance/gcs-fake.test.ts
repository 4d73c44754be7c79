/** Runs the checks that real servers of the Cloud Storage API have passed, by Google's own SDK, against our fake. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type FakeGcs, fakeGcs } from '../fakes/gcs.ts'
import { sharedPath } from './shared.ts'

const OBJECTS = '300'

let gcs: FakeGcs
beforeAll(async () => {
  gcs = await fakeGcs()
})
afterAll(() => gcs.close())

test('the fake passes every check', async () => {
  // Given on stdin, so that the SDK is found where this project has installed it.
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-', gcs.endpoint, OBJECTS])
  run.child.stdin?.end(readFileSync(sharedPath('servers/gcstest.mjs')))
  const { stdout } = await run
  expect(stdout.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([])
  expect(stdout).toMatch(/RESULT 19 ok/)
}, 120_000)
