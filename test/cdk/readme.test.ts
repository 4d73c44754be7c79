import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const ROOT = new URL('../../', import.meta.url)
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

/** The code of the README, and the files that it is said to be. */
const snippets = [...textOf('src/cdk/README.md').matchAll(/<!-- (\S+) -->\n```ts\n(.*?)```/gs)]

test('the code in the README is the code that the tests run', () => {
  expect(snippets.map(([, path]) => path)).toEqual([
    'test/cdk/example/source-squares.ts',
    'test/cdk/example/destination-file.ts',
    'test/cdk/example/source-squares.main.ts',
  ])
  for (const [, path = '', code] of snippets) expect(code).toBe(textOf(path))
})

test('the README names every file', () => {
  const files = readdirSync(new URL('src/cdk/', ROOT)).filter((name) => name.endsWith('.ts'))
  const table = textOf('src/cdk/README.md')
  expect(files.filter((name) => !table.includes(`\`${name}\``))).toEqual([])
})
