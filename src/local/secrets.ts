/** Keeps the secrets of configurations out of what local commands print. */
import { readFile } from 'node:fs/promises'
import { secretFormsOf } from '../cdk/secrets.ts'
import { packageFile } from '../files.ts'

const SPECS = { source: 'spec.json', destination: 'spec.destination.json' } as const

export type Role = keyof typeof SPECS

/** What must not be printed of a configuration, in every form that it may take. */
export async function secretsOf(role: Role, config: unknown): Promise<readonly string[]> {
  return secretFormsOf(await connectionSpecificationOf(role), config)
}

/** The JSON Schema of a configuration. */
export async function connectionSpecificationOf(role: Role): Promise<Readonly<Record<string, unknown>>> {
  const spec = JSON.parse(await readFile(packageFile(SPECS[role]), 'utf8'))
  return (spec as { connectionSpecification: Readonly<Record<string, unknown>> }).connectionSpecification
}
