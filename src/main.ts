#!/usr/bin/env node
/**
 * The process: `main.js [source|destination] <command> …`. Without a role, `write` is the destination's and the other
 * commands of the protocol are the source's. Any other command is a local one.
 */
import { readFile } from 'node:fs/promises'
import type { ConnectorSpecification } from './cdk/protocol.ts'
import type { Entry } from './cdk/run.ts'
import { stopOnSignals } from './cdk/stop.ts'
import type { DestinationConfig, SourceConfig } from './config.ts'
import { packageFile } from './files.ts'

// Before anything else is loaded: as process number 1 of a container, we never hear of signals that come before.
const stop = stopOnSignals()

// Everything is imported when it is used: `spec` answers before the rest could be loaded.

const source: Entry<SourceConfig> = {
  name: 'source-braze-currents',
  role: 'source',
  spec: () => json<ConnectorSpecification>('spec.json'),
  load: async () => (await import('./source/source.ts')).source,
}

const destination: Entry<DestinationConfig> = {
  name: 'destination-segment-rudderstack',
  role: 'destination',
  spec: () => json<ConnectorSpecification>('spec.destination.json'),
  load: async () => (await import('./destination/destination.ts')).destination,
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(packageFile(path), 'utf8')) as T
}

async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv
  switch (first) {
    case 'source':
      return runConnector(source, rest)
    case 'destination':
      return runConnector(destination, rest)
    case 'spec':
    case 'check':
    case 'discover':
    case 'read':
      return runConnector(source, argv)
    case 'write':
      return runConnector(destination, argv)
    default:
      return runLocalProcess(argv)
  }
}

async function runConnector<Config>(entry: Entry<Config>, argv: readonly string[]): Promise<void> {
  const { runProcess } = await import('./cdk/process.ts')
  await runProcess(entry, argv, stop)
}

async function runLocalProcess(argv: readonly string[]): Promise<void> {
  const { runLocally } = await import('./local/process.ts')
  const { version } = await json<{ readonly version: string }>('package.json')
  await runLocally(argv, version, stop)
}

await main(process.argv.slice(2))
