/** `shard` on the command line: what an ordinary `read` of one shard takes. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../cdk/connector.ts'
import { readCatalogFile } from '../config-file.ts'
import { readSourceConfig } from '../configs.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { requireShard } from './read.ts'
import { beginningOf, catalogOf, sourceOf } from './shard.ts'

export interface ShardArguments {
  readonly plan: string
  readonly shard?: number
  readonly sourceConfig: string
  readonly catalog?: string
  readonly out: string
}

/** The configuration may hold secrets. */
const OWNER_ONLY = 0o600

/** Writes `source.json`, `catalog.json` and `state.json` into a folder. */
export async function runShard(options: ShardArguments, terminal: Terminal, _environment: Environment): Promise<void> {
  const shard = await requireShard(options.plan, options.shard)
  const config = await readSourceConfig(options.sourceConfig, terminal)
  const given = options.catalog === undefined ? undefined : await readCatalogFile(options.catalog)
  const write = (name: string, value: unknown) =>
    writeAtomically(join(options.out, name), `${JSON.stringify(value, null, 2)}\n`, OWNER_ONLY)
  mkdirSync(options.out, { recursive: true, mode: 0o700 })
  write('source.json', sourceOf(shard, config))
  write('catalog.json', catalogOf(shard, given))
  write(
    'state.json',
    beginningOf(shard, []).map((stream) => ({ type: 'STREAM', stream })),
  )
  terminal.out(`Shard ${shard.index} is in ${options.out}: source.json, catalog.json and state.json.\n`)
}
