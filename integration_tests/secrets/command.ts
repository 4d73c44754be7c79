/** A local command in a process of its own, whose configurations take their secrets from the environment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { start } from '../machine/process.ts'
import type { Canary } from './canary.ts'
import type { Planted, Role } from './fields.ts'
import { textsBelow } from './texts.ts'

export interface Told {
  readonly code: number | NodeJS.Signals
  /** What it printed, and what it wrote to files. */
  readonly text: string
}

/** `args` may name FOLDER, a folder of its own whose files are looked into. */
export async function told(
  args: readonly string[],
  configs: Readonly<Partial<Record<Role, Planted>>>,
  options: readonly string[] = [],
): Promise<Told> {
  const scratch = mkdtempSync(join(tmpdir(), 'secrets-'))
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  try {
    const environment: Record<string, string> = {}
    const files = Object.entries(configs).flatMap(([role, { config, canaries }]) => {
      const path = join(scratch, `${role}.yaml`)
      writeFileSync(path, stringify(referring(config, canaries, environment)))
      return [`--${role}-config`, path]
    })
    const words = args.map((arg) => arg.replace('FOLDER', folder))
    const env = { ...process.env, ...environment }
    const { code, stdout, stderr } = await start([...words, ...files], { options, env, stdin: '' }).ended
    return { code, text: [stdout, stderr, ...textsBelow(folder)].join('\n') }
  } finally {
    for (const each of [scratch, folder]) rmSync(each, { recursive: true })
  }
}

/** The configuration with `${CANARY_…}` in the place of each secret, which goes to the environment. */
function referring(config: object, canaries: readonly Canary[], environment: Record<string, string>): unknown {
  return JSON.parse(JSON.stringify(config), (_, value: unknown) => {
    if (!canaries.some((canary) => canary.value === value)) return value
    const name = `CANARY_${Object.keys(environment).length}`
    environment[name] = String(value)
    return `\${${name}}`
  })
}
