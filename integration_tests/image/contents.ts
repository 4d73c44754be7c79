/** What an image is made of and says of itself. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Engine } from './engine.ts'

const ROOT = new URL('../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

interface Inspected {
  readonly Size: number
  readonly Config: {
    readonly User?: string
    readonly Env: readonly string[]
    readonly Entrypoint: readonly string[]
    readonly Labels: Readonly<Record<string, string>>
  }
}

/** Airbyte's metadata and the image name each other, and AIRBYTE_ENTRYPOINT is the entry point. Tells the size. */
export async function checkLabels({ run }: Engine, image: string, target: string): Promise<string> {
  const [inspected] = JSON.parse(await run('podman', 'image', 'inspect', image)) as readonly Inspected[]
  assert(inspected)
  const { Config, Size } = inspected
  const labels = Object.entries(Config.Labels).filter(([name]) => name.startsWith('io.airbyte.'))
  assert.deepEqual(Object.fromEntries(labels), expectedLabels(target))
  assert(Config.Env.includes(`AIRBYTE_ENTRYPOINT=${Config.Entrypoint.join(' ')}`), Config.Env.join('\n'))
  assert.match(Config.Entrypoint.join(' '), / \/\S+\/main\.js/)
  assert.equal(Config.User, '1000:1000')
  return `${(Size / 1e6).toFixed(0)} MB`
}

/** The default image is in no registry of connectors. */
function expectedLabels(target: string): Readonly<Record<string, string>> {
  const { name, version } = JSON.parse(text('package.json')) as { readonly name: string; readonly version: string }
  if (target === 'cli') return { 'io.airbyte.name': name, 'io.airbyte.version': version }
  const { data } = parse(text(`metadata/${target}.yaml`)) as { readonly data: Readonly<Record<string, string>> }
  return { 'io.airbyte.name': data['dockerRepository'] ?? '', 'io.airbyte.version': data['dockerImageTag'] ?? '' }
}

/** What is at the top of the connector's folder, and nothing else. */
const TOP = ['LICENSE', 'catalogs', 'dist', 'package.json', 'spec.destination.json', 'spec.json']

/** Tells, in a container of the image, paths with their kind. */
const FIND = `cd /airbyte/connector
find . -mindepth 1 -maxdepth 1 -printf 'top %P\\n'
find /airbyte -name '*.sh' -printf 'shell %p\\n'
find /airbyte /usr/local -path /airbyte/cache -prune -o '(' -type f -o -type d ')' -writable -printf 'writable %p\\n'
du -sm dist /airbyte/cache | tr '\\t' ' ' | sed 's/^/size /'`

/** No packages, no sources, no shell scripts, nothing that the connector's user may change. */
export async function checkContents(engine: Engine, image: string): Promise<string> {
  const { code, stdout, stderr } = await engine.container([
    '--network=none',
    '--entrypoint',
    '/bin/sh',
    image,
    '-c',
    FIND,
  ])
  assert.equal(code, 0, stderr)
  const lines = stdout.split('\n')
  const found = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1))
  assert.deepEqual(
    { top: found('top').toSorted(), shell: found('shell'), writable: found('writable') },
    { top: TOP, shell: [], writable: [] },
  )
  return found('size')
    .map((line) => line.replace(/(\d+) (.*)/, '$2 $1 MB'))
    .join(', ')
}
