import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { type FakeService, fakeService, type Script } from '../../../integration_tests/fakes/service.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import { DestinationConfig } from '../../../src/config.ts'
import { checkTarget } from '../../../src/destination/delivery/check.ts'
import { type FakeTargetOptions, fakeTarget, fakeWorld } from './fakes.ts'

let service: FakeService
afterEach(() => service.close())

const CONFIG = DestinationConfig.parse({ destination: { service: 'segment', write_key: 'key' } })
const PROBE = { probe: '{"batch":[]}' }

async function checking(script: Script, target: FakeTargetOptions, config = CONFIG): Promise<string | undefined> {
  service = await fakeService(script)
  return checkTarget(fakeTarget(service.url, target), config, fakeWorld(), { timeoutMs: 1000 })
}

test.each([200, 204, 400])('a probe answered with %i proves the key', async (status) => {
  await expect(checking([status], PROBE)).resolves.toBeUndefined()
  expect(service.requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"batch":[]}']])
})

test('every key is probed', async () => {
  await expect(checking([400, 401], { ...PROBE, writeKeys: ['one', 'two', 'three'] })).rejects.toBeInstanceOf(
    ConfigError,
  )
  expect(service.requests.map(({ path }) => path)).toEqual(['/v1/batch?writeKey=one', '/v1/batch?writeKey=two'])
})

test.each([401, 403, 404, 302])('%i is a ConfigError', async (status) => {
  await expect(checking([status], PROBE)).rejects.toBeInstanceOf(ConfigError)
})

test.each([429, 500, 503, 'reset', 'never'] as const)(
  '%s is a TransientError, and not tried again',
  async (behaviour) => {
    await expect(checking([behaviour], PROBE)).rejects.toBeInstanceOf(TransientError)
    expect(service.requests).toHaveLength(1)
  },
)

test('without a probe, any answer shows that the service can be reached, and nothing is sent', async () => {
  await expect(checking([404], {})).resolves.toMatch(/^Testify can be reached, but answers alike to right and wrong/)
  expect(service.requests.map(({ method, body }) => [method, body])).toEqual([['HEAD', '']])
})

test('without a probe, no answer is a TransientError', async () => {
  await expect(checking(['reset-early'], {})).rejects.toThrow(/gave no answer \(ECONNRESET\)\. Check the address/)
})

test('a folder that can’t hold rejected records is a ConfigError', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'check-'))
  const path = join(folder, 'file')
  await writeFile(path, '')
  const config = { ...CONFIG, object_storage_config: { storage_type: 'Local' as const, bucket_path: path } }
  await expect(checking([], PROBE, config)).rejects.toThrow(/object_storage_config/)
  expect(service.requests).toEqual([])
  await rm(folder, { recursive: true })
})
