import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Output } from '../../src/cdk/connector.ts'
import { errorTrace, log, record } from '../../src/cdk/messages.ts'
import { Redaction } from '../../src/cdk/redact.ts'

const secret = { type: 'string', airbyte_secret: true }
const SCHEMA = {
  properties: {
    write_key: secret,
    endpoint: { type: 'string' },
    storage: {
      oneOf: [
        { properties: { provider: { const: 's3' }, bucket: {}, secret_access_key: secret } },
        { properties: { provider: { const: 'gcs' }, service_account: secret } },
      ],
    },
    routes: { items: { properties: { value: {}, key: secret } } },
    keys: { type: 'array', items: secret },
    group: { type: 'object', airbyte_secret: true },
  },
}

function redacted(config: unknown, text: string): string {
  const redaction = new Redaction()
  redaction.learn(SCHEMA, config)
  const output = redaction.apply(log('INFO', text))
  return output.type === 'LOG' ? output.log.message : ''
}

const S = 'k3y+/é "x'
const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['at the top', { write_key: S }],
  ['in a variant', { storage: { provider: 's3', secret_access_key: S } }],
  ['in a variant that was not chosen', { storage: { provider: 'gcs', secret_access_key: S } }],
  ['in a variant that does not exist', { storage: { provider: 'gc', secret_access_key: S } }],
  ['in a list', { routes: [{ value: 'a', key: 'other' }, { key: S }] }],
  ['as an item', { keys: ['other', S] }],
  ['in a group', { group: { a: { b: [S] } } }],
  ['out of place', { secret_access_key: S }],
  ['out of place, deeper', { other: { secret_access_key: S } }],
  ['under a misspelt name', { wirte_key: S }],
])('finds a secret %s', (_, config) => {
  expect(redacted(config, `before ${S} after`)).toBe('before **** after')
})

test('a name that some variant declares is not taken for a misspelt secret', () => {
  const variants = [
    { properties: { provider: { const: 'azure' }, account_name: {}, account_key: secret } },
    { properties: { provider: { const: 's3' }, bucket: {} } },
  ]
  const redaction = new Redaction()
  redaction.learn(
    { properties: { storage: { oneOf: variants } } },
    { storage: { provider: 'azure', account_name: 'export' } },
  )
  expect(redaction.apply(log('INFO', 'an export'))).toEqual(log('INFO', 'an export'))
})

test.each([
  ['as it is', S],
  ['URL-encoded', encodeURIComponent(S)],
  ['URL-encoded in lower case', encodeURIComponent(S).toLowerCase()],
  ['form-encoded', new URLSearchParams({ a: S }).toString().slice(2)],
  ['JSON-escaped', JSON.stringify(S).slice(1, -1)],
  ['in base64', base64(S)],
  ['in base64 as a user name', base64(`${S}:`)],
  ['in base64url', Buffer.from(`${S}:`).toString('base64url')],
])('finds a secret %s', (_, form) => {
  expect(redacted({ write_key: S }, `<${form}>`)).toMatch(/^<\*{4}=*>$/)
})

const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBg'.repeat(4)}\n${'kqhkiG9w0BAQEF'.repeat(4)}\n-----END PRIVATE KEY-----\n`
const ACCOUNT = {
  type: 'service_account',
  private_key: PRIVATE_KEY,
  client_email: 'reader@example.com',
  token_uri: 'https://example.com/token',
}

test('finds the key within a JSON secret, and each line of it; the rest of it may be said', () => {
  const config = { storage: { provider: 'gcs', service_account: JSON.stringify(ACCOUNT, undefined, 2) } }
  expect(redacted(config, PRIVATE_KEY)).toBe('****')
  expect(redacted(config, JSON.stringify(PRIVATE_KEY))).toBe('"****"')
  expect(redacted(config, JSON.stringify(ACCOUNT))).not.toContain('MIIEvQ')
  expect(redacted(config, 'kqhkiG9w0BAQEF'.repeat(4))).toBe('****')
  const harmless =
    'Grant reader@example.com (service_account) access, https://example.com/token. -----BEGIN PRIVATE KEY-----'
  expect(redacted(config, harmless)).toBe(harmless)
})

test.each([
  ['https://x.dataplane.example/v1/webhook?writeKey=2abcDEF', '2abcDEF'],
  ['https://x.example/?a=1&sig=a%2Bb%3D&b=2', 'a%2Bb%3D'],
  ['https://x.example/?a=1&sig=a%2Bb%3D&b=2', 'a+b='],
  ['https://me:pa%20ss@x.example/', 'pa%20ss'],
  ['https://me:pa%20ss@x.example/', 'pa ss'],
  ['https://t0k3n@x.example/', 't0k3n'],
])('finds what an address carries: %s', (endpoint, hidden) => {
  expect(redacted({ endpoint }, `<${hidden}>`)).toBe('<****>')
  expect(redacted({ endpoint }, 'https://x.example/ is down')).toBe('https://x.example/ is down')
})

test('finds the signature within a shared access signature', () => {
  expect(redacted({ write_key: '?sv=2024-01-01&sp=rl&sig=abc%2Fdef' }, '<abc/def> since 2024-01-01')).toBe(
    '<****> since 2024-01-01',
  )
})

test('a longer secret is found before one that it begins with, and overlapping ones as a whole', () => {
  expect(redacted({ keys: ['abcd', 'abcdefgh'] }, 'abcdefgh abcd')).toBe('**** ****')
  expect(redacted({ keys: ['abcdef', 'defghi'] }, '<abcdefghi>')).toBe('<****>')
  expect(redacted({ keys: ['aaaa'] }, '<aaaaaa>')).toBe('<****>')
})

test('a secret of one to three characters is found as a word of its own only', () => {
  expect(redacted({ write_key: 'ab' }, 'ab table "ab" key=ab')).toBe('**** table "****" key=****')
  expect(redacted({ write_key: '' }, 'nothing happens')).toBe('nothing happens')
})

test('a secret that is also padded with blanks is found without them', () => {
  expect(redacted({ write_key: '  padded\n' }, '<padded>')).toBe('<****>')
})

test('no text that people read holds a secret in any form', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab+/é"\\ =&%1\n'), minLength: 4, maxLength: 12 })
  const hidden = word.filter((text) => text.trim().length >= 4)
  fc.assert(
    fc.property(
      fc.array(hidden, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat({ max: 5 })),
      word,
      (keys, order, noise) => {
        const forms = keys.flatMap((key) => [
          key,
          encodeURIComponent(key),
          JSON.stringify(key).slice(1, -1),
          base64(key),
          base64(`${key}:`),
        ])
        const text = order.map((i) => `${forms[i] ?? ''}${noise}`).join('')
        const found = redacted({ keys }, text)
        for (const form of forms) expect(found.includes(form)).toBe(false)
      },
    ),
    { numRuns: 1000 },
  )
})

function applied(output: Output, ...keys: string[]): Output {
  const redaction = new Redaction()
  redaction.learn(SCHEMA, { keys })
  return redaction.apply(output)
}

test('covers every text of an error, its causes and its stack', () => {
  const cause = new Error('403 for s3cr3t')
  const output = applied(errorTrace(new Error('s3cr3t was refused', { cause }), { name: 's3cr3t' }), 's3cr3t')
  const { stream_descriptor, ...texts } =
    output.type === 'TRACE' && output.trace.type === 'ERROR' ? output.trace.error : { message: '' }
  expect(JSON.stringify(texts)).not.toContain('s3cr3t')
  expect(texts).toMatchObject({ message: '**** was refused', internal_message: '403 for ****' })
  // The name of a stream is the platform's key to it.
  expect(stream_descriptor).toEqual({ name: 's3cr3t' })
})

test('of a secret that was cut off, nothing is left but a short beginning', () => {
  const secret = '0123456789abcdefghijklmnop'
  const said = (text: string) => applied(log('WARN', text), secret)
  expect(said(`401: ${secret.slice(0, 20)}…`)).toEqual(log('WARN', '401: ****…'))
  expect(said(`401: ${secret.slice(0, 12)}). Check`)).toEqual(log('WARN', '401: ****). Check'))
  expect(said('401: 01234567')).toEqual(log('WARN', '401: 01234567'))
})

test('the answer to check is covered', () => {
  const status = { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: 's3cr3t?' } } as const
  expect(applied(status, 's3cr3t', 'FAILED')).toEqual({
    type: 'CONNECTION_STATUS',
    connectionStatus: { status: 'FAILED', message: '****?' },
  })
})

test("the protocol's own words stay, whatever the secret", () => {
  expect(applied(log('INFO', 'INFO'), 'INFO', 'message', 'LOG')).toEqual(log('INFO', '****'))
})

const untouched: readonly Output[] = [
  record('users', { name: 's3cr3t' }, 0),
  {
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: 's3cr3t' }, stream_state: { k: 's3cr3t' } } },
  },
  { type: 'RECORD_LINES', stream: 'users', count: 1, bytes: Buffer.from('s3cr3t') },
  { type: 'STATE_LINE', bytes: Buffer.from('s3cr3t') },
  {
    type: 'CATALOG',
    catalog: { streams: [{ name: 's3cr3t', json_schema: {}, supported_sync_modes: ['full_refresh'] }] },
  },
  {
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: 0, connectorConfig: { config: { key: 's3cr3t' } } },
  },
]
test.each(untouched.map((output) => [output.type, output] as const))(
  "%s passes as it is: it is the customer's",
  (_, output) => {
    expect(applied(output, 's3cr3t')).toBe(output)
  },
)
