/** The files and command lines with which a platform would run the README's connectors. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Example } from '../../test/cdk/example/start.ts'

export interface ExampleRun {
  readonly name: string
  readonly example: Example
  readonly exitCode: number
  readonly argv: readonly string[]
}

/** In a folder of their own, which `remove` deletes. */
export function exampleFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'))
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const written = join(folder, 'out.jsonl')
  return {
    sourceConfig: file('source.json', { up_to: 2500, api_key: 's3cr3t' }),
    expiredConfig: file('expired.json', { up_to: 3, api_key: 'expired' }),
    brokenConfig: file('broken.json', '{"api_key":"s3cr3t'),
    destinationConfig: file('destination.json', { path: written }),
    /** What the destination writes. */
    written,
    catalog: file('catalog.json', catalogOf('squares')),
    wrongCatalog: file('wrong.json', catalogOf('squars', 'squares')),
    state: file('state.json', [
      { type: 'STREAM', stream: { stream_descriptor: { name: 'squares' }, stream_state: { n: 2499 } } },
    ]),
    nothing: join(folder, 'none.json'),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

const catalogOf = (...names: readonly string[]) => ({
  streams: names.map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
})

export type ExampleFiles = ReturnType<typeof exampleFiles>

export const readArgs = ({ sourceConfig, catalog }: ExampleFiles): readonly string[] => [
  'read',
  '--config',
  sourceConfig,
  '--catalog',
  catalog,
]

export const writeArgs = ({ destinationConfig, catalog }: ExampleFiles): readonly string[] => [
  'write',
  '--config',
  destinationConfig,
  '--catalog',
  catalog,
]

/** Every command, with what succeeds and what fails. */
export function exampleRuns(files: ExampleFiles): readonly ExampleRun[] {
  const run = (name: string, example: Example, exitCode: number, ...argv: readonly string[]): ExampleRun => ({
    name,
    example,
    exitCode,
    argv,
  })
  const read = readArgs(files)
  const { sourceConfig, expiredConfig, brokenConfig, destinationConfig, wrongCatalog, state, nothing } = files
  return [
    run('spec of a source', 'source-squares', 0, 'spec'),
    run('check', 'source-squares', 0, 'check', '--config', sourceConfig),
    run('check that answers FAILED', 'source-squares', 0, 'check', '--config', expiredConfig),
    run('check of a broken file', 'source-squares', 0, 'check', '--config', brokenConfig),
    run('discover of a source', 'source-squares', 0, 'discover', '--config', sourceConfig),
    run('read', 'source-squares', 0, ...read),
    run('read from a state', 'source-squares', 0, ...read, '--state', state),
    run('read of a stream that is not there', 'source-squares', 1, ...read, '--catalog', wrongCatalog),
    run('read without a configuration', 'source-squares', 1, ...read, '--config', nothing),
    run('an unknown command', 'source-squares', 1, 'raed'),
    run('spec of a destination', 'destination-file', 0, 'spec'),
    run('check of a destination', 'destination-file', 0, 'check', '--config', destinationConfig),
    run('discover of a destination', 'destination-file', 0, 'discover', '--config', destinationConfig),
  ]
}
