/** The secret options of both connectors, found in their committed specs, and configurations that hold them. */
import { readFileSync } from 'node:fs'
import { DestinationConfig, SourceConfig } from '../../src/config.ts'
import { type Canary, canaryFor } from './canary.ts'

export type Role = 'source' | 'destination'
type Schema = Readonly<Record<string, unknown>>
/** Names of options; `0` is the first item of a list, `|2` the third variant of a oneOf. */
export type Path = readonly string[]

const SPECS = { source: 'spec.json', destination: 'spec.destination.json' } as const

const schemaOf = (role: Role): Schema =>
  JSON.parse(readFileSync(new URL(`../../${SPECS[role]}`, import.meta.url), 'utf8')).connectionSpecification

export interface SecretField {
  readonly role: Role
  readonly path: Path
  readonly name: string
}

/** Every option that is marked as secret. */
export const SECRET_FIELDS: readonly SecretField[] = (['source', 'destination'] as const).flatMap((role) =>
  secretPaths(schemaOf(role)).map((path) => ({
    role,
    path,
    name: path.filter((step) => !step.startsWith('|')).join('.'),
  })),
)

function secretPaths(schema: Schema, path: Path = []): readonly Path[] {
  if (schema['airbyte_secret'] === true) return [path]
  return stepsOf(schema).flatMap(([step, inner]) => secretPaths(inner, [...path, step]))
}

function stepsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const variants = (schema['oneOf'] ?? []) as readonly Schema[]
  return [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Schema>),
    ...variants.map((variant, i) => [`|${i}`, variant] as const),
    ...(schema['items'] ? [['0', schema['items'] as Schema] as const] : []),
  ]
}

export interface Planted {
  readonly config: Readonly<Record<string, unknown>>
  readonly canaries: readonly Canary[]
}

/**
 * A valid configuration with a canary in the field, and in the secrets beside it if it is not valid without them.
 * Addresses of servers are `url`. Undefined if there is none: then this file must learn what the option goes with.
 */
export function planted({ role, path }: SecretField, url: string, style: Canary['style']): Planted | undefined {
  const parser = role === 'source' ? SourceConfig : DestinationConfig
  const neighbours = secretPaths(schemaOf(role)).filter((other) => parentOf(other) === parentOf(path))
  const choices = [[path], neighbours]
  return choices.map((paths) => plant(role, paths, url, style)).find(({ config }) => parser.safeParse(config).success)
}

const parentOf = (path: Path): string => path.slice(0, -1).join()

function plant(role: Role, paths: readonly Path[], url: string, style: Canary['style']): Planted {
  const canaries: Canary[] = []
  const value = (schema: Schema, name: string, ahead: readonly Path[]): unknown => {
    if (schema['airbyte_secret'] === true) {
      const canary = canaryFor(name, canaries.length, style)
      canaries.push(canary)
      return canary.value
    }
    const variants = schema['oneOf'] as readonly Schema[] | undefined
    if (variants) {
      const step = ahead[0]?.[0] ?? '|0'
      return value(variants[Number(step.slice(1))] ?? {}, name, behind(ahead, step))
    }
    if (schema['properties']) return members(schema, ahead)
    if (schema['items']) return [value(schema['items'] as Schema, name, behind(ahead, '0'))]
    return plain(schema, url)
  }
  const members = (schema: Schema, ahead: readonly Path[]): Record<string, unknown> => {
    const required = new Set((schema['required'] ?? []) as readonly string[])
    const isWanted = (name: string) => required.has(name) || ahead.some(([step]) => step === name)
    const entries = Object.entries(schema['properties'] as Record<string, Schema>).filter(
      ([name, inner]) => isWanted(name) || isAddress(inner),
    )
    const object = Object.fromEntries(entries.map(([name, inner]) => [name, value(inner, name, behind(ahead, name))]))
    return 'salt' in object ? { ...object, policy: 'hash' } : object
  }
  return { config: members(schemaOf(role), paths), canaries }
}

const behind = (ahead: readonly Path[], step: string): readonly Path[] =>
  ahead.filter(([first]) => first === step).map((path) => path.slice(1))

const isAddress = (schema: Schema): boolean => schema['format'] === 'uri'

function plain(schema: Schema, url: string): unknown {
  if (isAddress(schema)) return url
  const [first] = [schema['const'], schema['default'], (schema['enum'] as readonly unknown[] | undefined)?.[0]].filter(
    (value) => value !== undefined,
  )
  return first ?? 'x'
}
