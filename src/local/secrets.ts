/** Keeps the secrets of configurations out of what local commands print. */
import { readFile } from 'node:fs/promises'
import { secretFormsOf } from '../cdk/secrets.ts'

const SPECS = { source: 'spec.json', destination: 'spec.destination.json' } as const

/** What must not be printed of a configuration, in every form that it may take. */
export async function secretsOf(role: keyof typeof SPECS, config: object): Promise<readonly string[]> {
  const spec = await readFile(new URL(`../../${SPECS[role]}`, import.meta.url), 'utf8')
  const { connectionSpecification } = JSON.parse(spec) as { connectionSpecification: Readonly<Record<string, unknown>> }
  return secretFormsOf(connectionSpecification, config)
}
