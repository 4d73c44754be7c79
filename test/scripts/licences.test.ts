import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { forbidden, type LockedPackages, licencesOf } from '../../scripts/licences.ts'

const locked = (license: string | undefined): LockedPackages => ({
  'node_modules/a': license === undefined ? {} : { license },
})

test.each([
  ['MIT', true],
  ['Apache-2.0', true],
  ['0BSD', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['Apache-2.0 AND MIT', true],
  ['MIT AND GPL-3.0-only', false],
  ['(MIT OR Apache-2.0) AND CC-BY-NC-4.0', false],
  ['Apache-2.0 WITH Some-exception', false],
  ['GPL-3.0-only', false],
  ['AGPL-3.0-or-later OR SSPL-1.0', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['', false],
  [undefined, false],
])('the licence %s is allowed: %s', (licence, isAllowed) => {
  expect(forbidden(locked(licence))).toEqual(isAllowed ? [] : [`node_modules/a: ${licence ?? 'unknown'}`])
})

test('counts what is shipped, and neither this package nor what only development needs', () => {
  const packages = {
    '': { license: 'MIT' },
    'node_modules/a': { license: 'ISC' },
    'node_modules/b': { license: 'MIT' },
    'node_modules/b/node_modules/a': { license: 'MIT' },
    'node_modules/d': { license: 'GPL-3.0-only', dev: true },
  }
  expect(licencesOf(packages)).toEqual([
    ['MIT', 2],
    ['ISC', 1],
  ])
  expect(forbidden(packages)).toEqual([])
})

test('everything that is shipped has a licence that is allowed', () => {
  const lock = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
  const { packages } = JSON.parse(lock) as { readonly packages: LockedPackages }
  expect(licencesOf(packages).length).toBeGreaterThan(0)
  expect(forbidden(packages)).toEqual([])
})
