/** Imports go one way. This test reads every import of src/ and holds it against the tables below. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** What each part of src/ may import, besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ['local', 'source', 'destination', 'config', 'catalog', 'cdk', 'files'],
  local: ['source', 'destination', 'config', 'catalog', 'cdk', 'files'],
  source: ['config', 'catalog', 'cdk', 'files', 'generated'],
  destination: ['config', 'catalog', 'cdk', 'files', 'generated'],
  config: ['cdk'],
  catalog: ['cdk', 'files', 'generated'],
  files: [],
  cdk: [],
}

/** Packages that only these files may know: everything else goes through them. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  axios: /^destination\/delivery\/(axios\.d|client|direct|send)\.ts$/,
  'axios/dist/browser/axios.cjs': /^destination\/delivery\/client\.ts$/,
  avsc: /^(source\/decode\/|local\/)/,
  '@aws-sdk/client-s3': /^(source\/storage\/s3(_client|_get)?|destination\/delivery\/rejected\/s3)\.ts$/,
  '@aws-sdk/credential-providers': /^(source\/storage\/s3_client|destination\/delivery\/rejected\/s3)\.ts$/,
  'google-auth-library': /^source\/storage\/gcs\.ts$/,
  '@azure/storage-blob': /^source\/storage\/azure(_get)?\.ts$/,
  '@azure/identity': /^source\/storage\/azure(_get)?\.ts$/,
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !name.startsWith('generated/'))

const imports: readonly Import[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/(?:from|import\(|import)\s*'([^']+)'/g)].map(([, to = '']) => ({
    from,
    to: to.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), to)) : to,
  })),
)

const partOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
const inside = imports.filter(({ to }) => to.endsWith('.ts'))

test('finds the imports', () => {
  expect(inside.length).toBeGreaterThan(20)
})

test('imports go one way', () => {
  const against = inside.filter(({ from, to }) => {
    const [here, there] = [partOf(from), partOf(to)]
    return here !== there && !ARROWS[here]?.includes(there)
  })
  expect(against).toEqual([])
})

test('a package is known to its owner only', () => {
  const against = imports.filter(({ from, to }) => {
    const owner = OWNERS[to]
    return owner && !owner.test(from)
  })
  expect(against).toEqual([])
})

test('only one file knows where it lies: built, the code lies elsewhere', () => {
  const knowing = files.filter((name) => readFileSync(join(SRC, name), 'utf8').includes('import.meta'))
  expect(knowing).toEqual(['files.ts'])
})

test('no import makes a circle', () => {
  const targets = new Map<string, string[]>()
  for (const { from, to } of inside) targets.set(from, [...(targets.get(from) ?? []), to])
  const circles: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const to of targets.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  const done = new Set<string>()
  for (const file of files) walk(file, [])
  expect(circles).toEqual([])
})
