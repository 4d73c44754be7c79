/** What must hold of the images. A check fails by throwing, and may tell what it measured. */
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCollector } from '../../src/local/collector/collector.ts'
import { checkContents, checkLabels } from './contents.ts'
import type { Engine } from './engine.ts'
import { CONFINED, type Launch, launch, SHARED, sharedFolder } from './launcher.ts'
import { checkEchoed, checkSpec, checkStatus, configured, lastStates, messagesOf } from './protocol.ts'

export interface Check {
  readonly name: string
  check(): Promise<string | undefined>
}

const EVENTS = 2000
const SOURCE = { storage: { provider: 'local', path: `${SHARED}/export` } }

/** Later checks use what earlier ones have made: the export, and what the source has read of it. */
export function checks(engine: Engine, imageOf: (target: string) => string, scratch: string): readonly Check[] {
  // The folder above is its maker's alone; containers see this one only.
  chmodSync(scratch, 0o755)
  const shared = sharedFolder(join(scratch, 'shared'))
  const run = (target: string, command: Launch['command'], more: Omit<Launch, 'image' | 'command'> = {}) =>
    launch(engine, shared, { image: imageOf(target), command, ...more })
  const cli = (words: readonly string[], input?: string, network = 'none') =>
    engine.container(
      [
        ...CONFINED,
        '-i',
        '--network',
        network,
        '--volume',
        `${shared}:${SHARED}`,
        '--workdir',
        '/',
        imageOf('cli'),
        ...words,
      ],
      input,
    )
  let catalog: object = {}
  let read = ''

  return [
    ...['source', 'destination', 'cli'].flatMap((target) => [
      { name: `${target}: labels and entry point`, check: () => checkLabels(engine, imageOf(target), target) },
      { name: `${target}: contents`, check: () => checkContents(engine, imageOf(target)) },
      { name: `${target}: spec`, check: async () => checkSpec(target, await run(target, 'spec')) },
      { name: `${target}: start`, check: () => startTime(engine, imageOf(target)) },
    ]),
    {
      name: 'cli: sample',
      async check() {
        const { code, stderr } = await cli(['sample', '--out', `${SHARED}/export`, '--events', String(EVENTS)])
        assert.equal(code, 0, stderr)
        return undefined
      },
    },
    {
      name: 'source: check',
      check: async () => checkStatus(await run('source', 'check', { files: { config: SOURCE } }), 'SUCCEEDED'),
    },
    {
      name: 'source: check of a folder that is not there',
      async check() {
        const config = { storage: { provider: 'local', path: '/nowhere' } }
        return checkStatus(await run('source', 'check', { files: { config } }), 'FAILED')
      },
    },
    {
      name: 'source: discover',
      async check() {
        const [message] = messagesOf(await run('source', 'discover', { files: { config: SOURCE } }), 'CATALOG')
        assert(message?.type === 'CATALOG')
        catalog = configured(message.catalog.streams)
        return `${message.catalog.streams.length} streams`
      },
    },
    {
      name: 'source: read',
      async check() {
        const launched = await run('source', 'read', { files: { config: SOURCE, catalog } })
        assert.equal(messagesOf(launched, 'RECORD').length, EVENTS)
        read = launched.stdout
        return `${EVENTS} records`
      },
    },
    {
      name: 'source: read goes on from its state',
      async check() {
        const files = { config: SOURCE, catalog, state: lastStates(read) }
        assert.equal(messagesOf(await run('source', 'read', { files }), 'RECORD').length, 0)
        return `${files.state.length} states`
      },
    },
    {
      name: 'source: a broken configuration fails',
      async check() {
        const { code, stdout } = await run('source', 'read', { files: { config: {}, catalog } })
        assert.equal(code, 1)
        assert.match(stdout, /"failure_type":"config_error"/)
        return undefined
      },
    },
    {
      name: 'destination: check and write',
      check: () =>
        withCollector(async (destination) => {
          const config = { destination }
          checkStatus(await run('destination', 'check', { files: { config }, network: 'host' }), 'SUCCEEDED')
          const files = { config, catalog }
          return checkEchoed(await run('destination', 'write', { files, input: read, network: 'host' }), read)
        }),
    },
    {
      name: 'cli: read and write by its own entry point',
      check: () =>
        withCollector(async (destination) => {
          const files = { source: SOURCE, destination: { destination }, catalog }
          for (const [name, value] of Object.entries(files)) {
            writeFileSync(join(shared, `${name}.json`), JSON.stringify(value))
          }
          const words = (command: string, role: string) => [
            ...[command, '--config', `${SHARED}/${role}.json`, '--catalog', `${SHARED}/catalog.json`],
          ]
          const source = await cli(words('read', 'source'))
          assert.equal(messagesOf(source, 'RECORD').length, EVENTS)
          const written = await cli(words('write', 'destination'), source.stdout, 'host')
          return checkEchoed(written, source.stdout)
        }),
    },
  ]
}

/** Fails if not every event arrived, each once. */
async function withCollector(use: (destination: object) => Promise<string>): Promise<string> {
  const collector = await startCollector({ service: 'segment' })
  try {
    const told = await use({ service: 'segment', write_key: 'any', endpoint: collector.url })
    const { unique, duplicates } = collector.stats()
    assert.deepEqual({ unique, duplicates }, { unique: EVENTS, duplicates: 0 })
    return `${unique} events, ${told}`
  } finally {
    await collector.close()
  }
}

const NOW = 'date +%s%N'
const MEASURE = `for n in 1 2 3 4 5; do a=$(${NOW}); eval "$AIRBYTE_ENTRYPOINT spec" > /dev/null; b=$(${NOW}); echo $(((b - a) / 1000000)); done`

/** From the shell's call to the end of `spec`, within a container that runs already. */
async function startTime(engine: Engine, image: string): Promise<string> {
  const began = performance.now()
  const { code, stdout, stderr } = await engine.container([
    ...CONFINED,
    ...['--network=none', '--entrypoint', '/bin/sh', image, '-c', MEASURE],
  ])
  assert.equal(code, 0, stderr)
  const times = stdout.trim().split('\n').map(Number)
  const outside = performance.now() - began - times.reduce((sum, ms) => sum + ms, 0)
  return `spec in ${times.toSorted((a, b) => a - b)[2]} ms (median of 5), the container itself ${outside.toFixed(0)} ms`
}
