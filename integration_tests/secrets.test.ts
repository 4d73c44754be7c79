/** Whatever goes wrong, and whoever repeats them: no secret of a configuration comes to light. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type Canary, leaksIn } from './secrets/canary.ts'
import { planted, SECRET_FIELDS, type SecretField } from './secrets/fields.ts'
import { hostileServer, TREATMENTS, type TreatmentName } from './secrets/hostile.ts'
import { runCommand } from './secrets/run.ts'
import { textsBelow } from './secrets/texts.ts'

const scratch = mkdtempSync(join(tmpdir(), 'secrets-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const STREAM = 'users.messages.email.Send'
const CATALOG = {
  streams: [{ stream: { name: STREAM, json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
}
const STDIN = `${JSON.stringify({
  type: 'RECORD',
  record: { stream: STREAM, data: { id: 'e', time: 1, user_id: 'u', app_id: 'x' }, emitted_at: 1 },
})}\n`

const COMMANDS = { source: ['check', 'discover', 'read'], destination: ['check', 'discover', 'write'] } as const
const STYLES = ['plain', 'unruly'] as const

/** A configuration with the field's canary in it, as a sync would have it. */
function configured(field: SecretField, url: string, style: Canary['style'], folder: string) {
  const found = planted(field, url, style)
  if (!found) throw new Error(`No configuration with ${field.name} is valid: tell fields.ts what it goes with.`)
  const keeps = field.role === 'destination' && !('object_storage_config' in found.config)
  const more = keeps ? { object_storage_config: { storage_type: 'Local', bucket_path: folder } } : {}
  return { config: { ...found.config, ...more }, canaries: found.canaries }
}

test('the specs have secrets', () => {
  expect(SECRET_FIELDS.length).toBeGreaterThanOrEqual(11)
})

test('a leak would be found', () => {
  const [field] = SECRET_FIELDS
  const canaries = (field && planted(field, 'http://127.0.0.1:1', 'unruly')?.canaries) ?? []
  const [part = ''] = canaries[0]?.parts ?? []
  for (const text of [part, JSON.stringify(part), Buffer.from(`${part}:`).toString('base64'), `a=${part.slice(3, 20)}`])
    expect(leaksIn(text, canaries)).not.toEqual([])
  expect(leaksIn('nothing of it', canaries)).toEqual([])
})

/** That a server never answers takes real time: see secrets-silent.test.ts. */
const ANSWERS = (Object.keys(TREATMENTS) as TreatmentName[]).filter((name) => name !== 'never answers')

describe.each(SECRET_FIELDS)('$role $name', (field) => {
  test.each(ANSWERS)('where the server %s', async (treatment) => {
    for (const style of STYLES) await expectSilence(field, style, treatment)
  })

  test('where nobody answers', async () => {
    for (const url of ['http://127.0.0.1:1', 'https://127.0.0.1:1']) await expectSilenceOf(field, 'unruly', () => url)
  })

  test('where the server shows a certificate that nobody trusts, or speaks no TLS', async () => {
    await expectSilence(field, 'plain', 'answers 401, echoing', { tls: true })
    await expectSilence(field, 'plain', 'answers 401, echoing', { scheme: 'https' })
  })
})

async function expectSilence(
  field: SecretField,
  style: Canary['style'],
  treatment: TreatmentName,
  { tls = false, scheme = '' } = {},
): Promise<void> {
  let known: readonly Canary[] = []
  const other = await hostileServer('answers 401, echoing', () => known)
  const server = await hostileServer(treatment, () => known, { elsewhere: other.url, tls })
  try {
    const url = scheme ? server.url.replace(/^\w+/, scheme) : server.url
    await expectSilenceOf(
      field,
      style,
      () => url,
      (canaries) => {
        known = canaries
      },
    )
    // No secret follows a redirect.
    expect(leaksIn(other.heads.join('\n'), known)).toEqual([])
    expect(other.heads.join('\n')).not.toMatch(/authorization/i)
  } finally {
    await Promise.all([server.close(), other.close()])
  }
}

let cases = 0

async function expectSilenceOf(
  field: SecretField,
  style: Canary['style'],
  urlOf: () => string,
  tell: (canaries: readonly Canary[]) => void = () => {},
): Promise<void> {
  for (const command of COMMANDS[field.role]) {
    const folder = join(scratch, `kept-${cases++}`)
    const { config, canaries } = configured(field, urlOf(), style, folder)
    tell(canaries)
    const printed = await runCommand(field.role, command, {
      config: JSON.stringify(config),
      catalog: CATALOG,
      stdin: STDIN,
    })
    expect([command, leaksIn([printed.text, ...textsBelow(folder)].join('\n'), canaries)]).toEqual([command, []])
  }
}

describe('a configuration that is wrong', () => {
  test.each(SECRET_FIELDS)('$role $name', async (field) => {
    for (const style of STYLES) {
      const found = planted(field, 'http://127.0.0.1:1', style)
      const { config, canaries } = found ?? { config: {}, canaries: [] }
      for (const [fault, text] of faultyTexts(config, canaries)) {
        const printed = await runCommand(field.role, 'check', { config: text, catalog: CATALOG })
        expect([fault, leaksIn(printed.text, canaries)]).toEqual([fault, []])
      }
    }
  })
})

/** Texts of a configuration file that no connector can use. */
function faultyTexts(config: object, canaries: readonly Canary[]): readonly (readonly [string, string])[] {
  const text = JSON.stringify(config)
  const values = canaries.map(({ value }) => JSON.stringify(value))
  const replaced = (as: (value: string) => string) =>
    values.reduce((rest, value) => rest.replace(value, () => as(value)), text)
  return [
    ['cut off', text.slice(0, -1)],
    ['cut off within the secret', text.slice(0, text.indexOf(values[0] ?? '') + 30)],
    ['with a comma too many', replaced((value) => `${value},,`)],
    ['without a quote', replaced((value) => value.slice(1))],
    ['a list', `[${text}]`],
    ['a text', JSON.stringify(text)],
    ['the secret in a list', replaced((value) => `[${value}]`)],
    ['the secret in an object', replaced((value) => `{"value":${value}}`)],
    ['the secret as a key', replaced((value) => `{${value}:1}`)],
    ['another field wrong', `{"lookback_hours":"many","limits":5,"mapping":[1],${text.slice(1)}`],
    ['the secret in a wrong place', `{"storage":${values[0]},"destination":${values[0]}}`],
    ['the secret under a misspelt name', text.replaceAll(/"(\w*key\w*|sas_token|salt|service_account)":/g, '"$1s":')],
  ]
}
