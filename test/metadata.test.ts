import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { eventTypes } from '../src/catalog.ts'

const ROOT = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

/** Airbyte's registry model, as far as we use it (facts of 2026-11). A misspelt key would be ignored in silence. */
const Metadata = z.strictObject({
  metadataSpecVersion: z.literal('1.0'),
  data: z.strictObject({
    name: z.string().min(1),
    definitionId: z.uuid(),
    connectorType: z.enum(['source', 'destination']),
    connectorSubtype: z.enum(['api', 'database', 'datalake', 'file', 'custom', 'message_queue', 'vectorstore']),
    dockerRepository: z.string().regex(/^[a-z-]+$/),
    dockerImageTag: z.string().regex(/^\d+\.\d+\.\d+$/),
    documentationUrl: z.url({ protocol: /^https$/ }),
    githubIssueLabel: z.string(),
    icon: z.string(),
    license: z.enum(['MIT', 'ELv2']),
    releaseStage: z.enum(['alpha', 'beta', 'generally_available', 'custom']),
    supportLevel: z.enum(['certified', 'community', 'archived']),
    supportsRefreshes: z.boolean().optional(),
    supportsDataActivation: z.boolean().optional(),
    tags: z.array(z.string().regex(/^\w+:[\w-]+$/)),
    allowedHosts: z.strictObject({ hosts: z.array(z.string()).min(1) }),
    registryOverrides: z.strictObject({
      oss: z.strictObject({ enabled: z.boolean() }),
      cloud: z.strictObject({ enabled: z.boolean() }),
    }),
    suggestedStreams: z.strictObject({ streams: z.array(z.string()).min(1) }).optional(),
  }),
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly oneOf?: readonly Schema[]
}

const ROLES = ['source', 'destination'] as const
const metadata = Object.fromEntries(
  ROLES.map((role) => [role, Metadata.parse(parse(text(`metadata/${role}.yaml`))).data]),
)
const specs = { source: JSON.parse(text('spec.json')), destination: JSON.parse(text('spec.destination.json')) }

test.each(ROLES)('%s.yaml names the role, its image and the issue label alike', (role) => {
  expect(metadata[role]?.connectorType).toBe(role)
  expect(metadata[role]?.dockerRepository).toMatch(new RegExp(`^${role}-`))
  expect(metadata[role]?.githubIssueLabel).toBe(metadata[role]?.dockerRepository)
})

test('the two connectors have IDs of their own', () => {
  expect(metadata['source']?.definitionId).not.toBe(metadata['destination']?.definitionId)
})

test.each(ROLES)('%s.yaml tells the version of the package', (role) => {
  expect(metadata[role]?.dockerImageTag).toBe(JSON.parse(text('package.json')).version)
})

test.each(ROLES)('%s.yaml and the labels of the image agree', (role) => {
  const dockerfile = text('Dockerfile')
  const target = dockerfile.slice(dockerfile.indexOf(`FROM runtime AS ${role}`))
  expect(/io\.airbyte\.name="([^"]*)"/.exec(target)?.[1]).toBe(metadata[role]?.dockerRepository)
  expect(/ARG VERSION=(\S+)/.exec(dockerfile)?.[1]).toBe(metadata[role]?.dockerImageTag)
  expect(target).toContain('ARG VERSION\nLABEL')
})

test.each(ROLES)('%s.yaml and the spec point to one page, which is here', (role) => {
  const url = metadata[role]?.documentationUrl ?? ''
  expect(specs[role].documentationUrl).toBe(url)
  expect(existsSync(new URL(url.replace(/^.*\/blob\/main\//, ''), ROOT))).toBe(true)
})

test.each(ROLES)('%s.yaml allows the hosts of fields that the spec has', (role) => {
  const fields = metadata[role]?.allowedHosts.hosts.flatMap((host) => /^\$\{(.*)\}$/.exec(host)?.[1] ?? []) ?? []
  expect(fields.length).toBeGreaterThan(0)
  for (const field of fields)
    expect([field, has(specs[role].connectionSpecification, field.split('.'))]).toEqual([field, true])
})

function has({ properties = {}, oneOf = [] }: Schema, [name = '', ...rest]: readonly string[]): boolean {
  const field = properties[name]
  if (field) return rest.length === 0 || has(field, rest)
  return oneOf.some((variant) => has(variant, [name, ...rest]))
}

test('the suggested streams exist', () => {
  const suggested = metadata['source']?.suggestedStreams?.streams ?? []
  expect(suggested.filter((name) => !eventTypes().has(name))).toEqual([])
})

test.each(ROLES)('%s.yaml has a square icon that loads nothing', (role) => {
  const icon = text(`metadata/${metadata[role]?.icon}`)
  const [, , , width, height] = /viewBox="(\S+) (\S+) (\S+) (\S+)"/.exec(icon) ?? []
  expect(width).toBe(height)
  expect(Number(width)).toBeGreaterThan(0)
  expect(icon).not.toMatch(/href|<image|<script|url\(/)
})
