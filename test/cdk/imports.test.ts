import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** What a file imports when it is loaded: neither types, which are gone by then, nor what it may load later. */
function importsOf(file: URL): readonly string[] {
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm)
  return [...imports].map(([, to = '']) => to)
}

/** Every package that comes with a file. */
function packagesOf(file: URL, seen = new Set<string>()): ReadonlySet<string> {
  for (const to of importsOf(file)) {
    const target = to.startsWith('.') ? new URL(to, file).href : to
    if (seen.has(target)) continue
    seen.add(target)
    if (to.startsWith('.')) packagesOf(new URL(target), seen)
  }
  return new Set([...seen].filter((name) => !name.startsWith('file:') && !name.startsWith('node:')))
}

const fileOf = (name: string) => new URL(`../../src/cdk/${name}`, import.meta.url)

test('spec waits for no package: zod comes with the commands that need it', () => {
  expect([...packagesOf(fileOf('process.ts'))]).toEqual([])
  expect([...packagesOf(fileOf('run-configured.ts'))]).toEqual(['zod'])
})
