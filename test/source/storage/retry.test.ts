import { expect, test } from '@jest/globals'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import { retrying, within } from '../../../src/source/storage/retry.ts'
import { ChangedObjectError, MissingObjectError } from '../../../src/source/storage/store.ts'

/** Fails with each of `errors`, then succeeds. */
function attempts(...errors: readonly unknown[]) {
  const left = [...errors]
  const sleeps: number[] = []
  const waiting = { random: () => 0.5, sleep: async (ms: number) => void sleeps.push(ms) }
  const attempt = async () => {
    if (left.length > 0) throw left.shift()
    return 'done'
  }
  return { sleeps, left, result: retrying(attempt, waiting) }
}

const transient = (n: number) => Array.from({ length: n }, (_, i) => new TransientError(`failure ${i + 1}`))

test('passing trouble is waited out, longer from time to time, but never long', async () => {
  const { result, sleeps } = attempts(...transient(7))
  await expect(result).resolves.toBe('done')
  expect(sleeps).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000])
})

test('lasting trouble ends in its last error', async () => {
  const { result, sleeps } = attempts(...transient(8))
  await expect(result).rejects.toThrow(new TransientError('failure 8'))
  expect(sleeps).toHaveLength(7)
})

test.each([
  ['a mistake in the configuration', new ConfigError('wrong')],
  ['an object that is gone', new MissingObjectError('gone')],
  ['an object that was changed', new ChangedObjectError('changed')],
  ['a defect of ours', new TypeError('defect')],
])('%s is not tried again', async (_, error) => {
  const { result, sleeps } = attempts(error)
  await expect(result).rejects.toBe(error)
  expect(sleeps).toEqual([])
})

test('a server that says nothing is not waited for', async () => {
  const error = await within(5, 's3://exports', new Promise(() => {})).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(TransientError)
  expect(String(error)).toMatch(/s3:\/\/exports/)
  await expect(within(60_000, 's3://exports', Promise.resolve(1))).resolves.toBe(1)
  await expect(within(60_000, 's3://exports', Promise.reject(new Error('no')))).rejects.toThrow('no')
})
