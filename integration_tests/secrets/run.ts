/** A command of a connector, in a world where waiting takes no time. Gives all that it printed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Environment } from '../../src/cdk/connector.ts'
import { type Entry, run } from '../../src/cdk/run.ts'
import { writeLines } from '../../src/cdk/write-lines.ts'
import { segmentRudderstackDestination } from '../../src/destination/destination.ts'
import { source } from '../../src/source/source.ts'
import type { Role } from './fields.ts'

export interface Printed {
  readonly failed: boolean
  /** Every line, and every text in it without its escapes. */
  readonly text: string
}

/** `config` is the text of the file. A request is given up after this many milliseconds of real time. */
const TIMEOUT_MS = 300

export async function runCommand(
  role: Role,
  command: string,
  { config, catalog, stdin = '' }: { readonly config: string; readonly catalog: object; readonly stdin?: string },
): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  try {
    await writeFile(join(folder, 'config.json'), config)
    await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalog))
    const files = ['--config', join(folder, 'config.json')]
    if (command === 'read' || command === 'write') files.push('--catalog', join(folder, 'catalog.json'))
    const stdout = new PassThrough()
    const printed = text(stdout)
    const outputs = run(
      ENTRIES[role] as Entry<unknown>,
      [command, '--debug', ...files],
      Readable.from([Buffer.from(stdin)]),
      hasty(),
    )
    const { failed } = await writeLines(outputs, stdout)
    stdout.end()
    const lines = await printed
    return { failed, text: [lines, ...lines.split('\n').flatMap(textsIn)].join('\n') }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const specOf = (name: string) => async () =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'))

const ENTRIES: Readonly<Record<Role, Entry<never>>> = {
  source: { name: 'source', role: 'source', spec: specOf('spec.json'), load: async () => source as never },
  destination: {
    name: 'destination',
    role: 'destination',
    spec: specOf('spec.destination.json'),
    load: async () => segmentRudderstackDestination({ timeoutMs: TIMEOUT_MS }) as never,
  },
}

/** Every sleep ends at once, and the clock then shows that the time has passed. */
function hasty(): Environment {
  let passed = 0
  return {
    signal: new AbortController().signal,
    now: () => Date.now() + passed,
    elapsed: () => performance.now() + passed,
    random: () => 0.5,
    sleep: async (ms) => {
      passed += ms
    },
  }
}

function textsIn(line: string): readonly string[] {
  if (line === '') return []
  const texts: string[] = []
  JSON.parse(line, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value)
    return value
  })
  return texts
}
