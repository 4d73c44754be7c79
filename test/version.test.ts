/** The version is told once, in package.json. What can't read it there agrees with it. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { LIBRARY } from '../src/destination/mapping/library.ts'

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const json = (path: string) => JSON.parse(text(path)) as Readonly<Record<string, unknown>>
const all = (pattern: RegExp, path: string): readonly string[] =>
  [...text(path).matchAll(pattern)].map(([, version = '']) => version)

const { name, version } = json('package.json')

test.each([
  ['package-lock.json', [json('package-lock.json')['version']]],
  ['each target of the Dockerfile', all(/^ARG VERSION=(.*)$/gm, 'Dockerfile')],
  ['metadata/source.yaml', [parse(text('metadata/source.yaml')).data.dockerImageTag]],
  ['metadata/destination.yaml', [parse(text('metadata/destination.yaml')).data.dockerImageTag]],
  ['the tags in README.md', all(/-t \S+:(\d\S*)/g, 'README.md')],
  ['the newest entry of the changelog', all(/^## (\S+)/gm, 'CHANGELOG.md').slice(0, 1)],
])('%s tells the version of the package', (_place, versions) => {
  expect(versions.length).toBeGreaterThan(0)
  expect(new Set(versions)).toEqual(new Set([version]))
})

test('events name the package and its version', () => {
  expect(LIBRARY).toEqual({ name, version })
})
