/** What a command loads before it has anything to do: each package would be waited for by every sync. */
import { expect, test } from '@jest/globals'
import { filesWith, importing, packagesWith } from './loaded.ts'

test.each([
  ['the process', ['main.ts'], []],
  [
    'a read of a local folder',
    ['main.ts', 'cdk/run-configured.ts', 'source/source.ts', 'source/storage/local.ts'],
    ['zod'],
  ],
  ['a write, up to the first request', ['main.ts', 'cdk/run-configured.ts', 'destination/destination.ts'], ['zod']],
])('%s loads no package that it can do without', (_, files, packages) => {
  expect(packagesWith(...files)).toEqual(packages)
})

test('a read that finds nothing new loads no decoder', () => {
  const files = filesWith('source/source.ts', 'source/storage/local.ts')
  expect(files).toContain('source/stream.ts')
  expect(files).not.toContain('source/decode/index.ts')
  expect(files).not.toContain('source/read-file.ts')
})

test('only what is used of zod is bundled: as one object it would bring its fifty languages', () => {
  expect(importing('zod').length).toBeGreaterThan(5)
  expect(importing('zod').filter(({ as }) => !as.startsWith('* as '))).toEqual([])
})
