/** On the way to an access token: whatever Google's token server says, no secret comes to light, and the process ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { ran } from './machine/process.ts'
import { type Canary, canaryFor, formsOf, leaksIn } from './secrets/canary.ts'
import { runCommand } from './secrets/run.ts'
import { textsBelow } from './secrets/texts.ts'

// A few processes a test, on a machine that may be busy.
jest.setTimeout(120_000)

const scratch = mkdtempSync(join(tmpdir(), 'google-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const KEY_FILE = canaryFor('service_account', 0, 'plain')
const TOKEN: Canary = { value: '', parts: ['ya29.c.b0Aaekm1K7x-Zq3vT9_hW2yL5nR8'], style: 'plain' }
const STREAM = 'users.messages.email.Send'
const CATALOG = {
  streams: [{ stream: { name: STREAM, json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
}

const configOf = (service_account: string, more: object = {}): string =>
  JSON.stringify({ storage: { provider: 'gcs', bucket: 'exports', service_account, ...more } })

type Treatment = (response: ServerResponse, echo: string) => void

const answering =
  (status: number, type: string, bodyOf: (echo: string) => string): Treatment =>
  (response, echo) => {
    response.statusMessage = echo.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500)
    response.writeHead(status, { 'content-type': type }).end(bodyOf(echo))
  }

const JSON_TYPE = 'application/json'
const error = (echo: string): string => JSON.stringify({ error: 'invalid_grant', error_description: echo })

const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'answers 400, echoing': answering(400, JSON_TYPE, error),
  'answers 400 with a secret for a code': answering(400, JSON_TYPE, (echo) => JSON.stringify({ error: echo })),
  'answers 401, echoing': answering(401, JSON_TYPE, error),
  'answers 403 with a web page': answering(403, 'text/html', (echo) => `<html>${echo}</html>`),
  'answers 429, echoing': answering(429, 'text/plain', (echo) => echo),
  'answers 500, echoing': answering(500, JSON_TYPE, error),
  'answers 200 with nonsense': answering(200, JSON_TYPE, (echo) => `{"access_token":"${echo}`),
  'answers 200 with a web page': answering(200, 'text/html', (echo) => `<html>${echo}</html>`),
  'gives a token that is none': answering(200, JSON_TYPE, (echo) => JSON.stringify({ access_token: `${echo}\n` })),
  'gives a token that the bucket does not accept': answering(200, JSON_TYPE, () =>
    JSON.stringify({ access_token: TOKEN.parts[0], expires_in: 3600, token_type: 'Bearer' }),
  ),
  'redirects to elsewhere': (response, echo) => {
    response.writeHead(307, { location: `https://elsewhere.example/?${encodeURIComponent(echo)}` }).end()
  },
  'breaks off its answer': (response, echo) => {
    response.writeHead(400, { 'content-length': 100_000 })
    response.write(echo, () => response.destroy())
  },
  'closes the connection': (response) => void response.destroy(),
  'never answers': () => {},
  'never ends its answer': (response, echo) => void response.writeHead(400).write(echo),
}

const REROUTED = ['--import', new URL('secrets/rerouted.mjs', import.meta.url).href]

const file = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}
const config = file('config.json', configOf(KEY_FILE.value))
const catalog = file('catalog.json', JSON.stringify(CATALOG))
const destination = file('destination.json', JSON.stringify({ destination: { service: 'segment', write_key: 'k' } }))
const STATES = join(scratch, 'states')

const COMMANDS = [
  ['check', '--config', config],
  ['read', '--config', config, '--catalog', catalog],
  ['sync', '--source-config', config, '--destination-config', destination, '--state', join(STATES, 'state.json')],
] as const

/** What fails is the same for every command: each meets some of it. */
const CASES = Object.entries(TREATMENTS).map(([name, treat], i) => ({ name, treat, args: COMMANDS[i % 3] ?? [] }))

test.each(CASES)('where the token server $name', async ({ treat, args }) => {
  const server = await tokenServer(treat)
  try {
    const env = { ...process.env, REROUTED_TO: `${server.port}` }
    const { code, stdout, stderr } = await ran(args, { options: REROUTED, env })
    const text = [stdout, stderr, ...textsBelow(STATES)].join('\n')
    expect(server.asked).toBe(true)
    expect(leaksIn(text, [KEY_FILE, TOKEN, ...server.assertions()])).toEqual([])
    expect(text).not.toContain('system_error')
    expect(code).toBe(args[0] === 'check' ? 0 : 1)
  } finally {
    await server.close()
  }
})

/** It knows the whole key file, and tells it after what it was asked. The bucket does so, too. */
async function tokenServer(treat: Treatment) {
  const assertions = new Set<string>()
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += chunk
    const assertion = new URLSearchParams(body).get('assertion')
    if (assertion) assertions.add(assertion)
    const secrets = [...KEY_FILE.parts, ...assertions, ...TOKEN.parts]
    const echo = [body, ...secrets.flatMap(formsOf), KEY_FILE.value, request.rawHeaders.join(' ')].join(' ')
    const isBucket = request.url?.startsWith('/storage/')
    if (isBucket) answering(401, JSON_TYPE, (message) => JSON.stringify({ error: { message } }))(response, echo)
    else treat(response, echo)
  }
  const server = createServer((request, response) => void onRequest(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get asked() {
      return assertions.size > 0
    },
    /** With which one could still ask for a token. */
    assertions: (): readonly Canary[] => [{ value: '', parts: [...assertions], style: 'plain' }],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const { private_key: PEM, ...WITHOUT_KEY } = JSON.parse(KEY_FILE.value)
const withKey = (private_key: unknown): string => JSON.stringify({ ...WITHOUT_KEY, private_key })
const LINES = String(PEM).trim().split('\n')

test.each([
  ['is cut off', KEY_FILE.value.slice(0, -40)],
  ['is cut off within the key', KEY_FILE.value.slice(0, KEY_FILE.value.indexOf('PRIVATE KEY') + 300)],
  ['is the key alone', PEM],
  ['is a list', `[${KEY_FILE.value}]`],
  ['is a text in JSON', JSON.stringify(KEY_FILE.value)],
  ['is in Base64', Buffer.from(KEY_FILE.value).toString('base64')],
  ['has a comma too many', KEY_FILE.value.replace('","', '",,"')],
  ['has no e-mail', KEY_FILE.value.replace('client_email', 'client_emial')],
  ['has a key that lacks a line', withKey(LINES.toSpliced(5, 1).join('\n'))],
  ['has a key without its last line', withKey(LINES.slice(0, -1).join('\n'))],
  ['has a key without line feeds', withKey(LINES.join(''))],
  ['has a key in a list', withKey([PEM])],
  ['has a key that is a number', withKey(12)],
  ['says that it is something else', KEY_FILE.value.replace('"service_account"', '"authorized_user"')],
])('a key file that %s', async (_, text) => {
  for (const command of ['check', 'discover', 'read']) {
    const config = configOf(text, { endpoint: 'http://127.0.0.1:1' })
    const printed = await runCommand('source', command, { config, catalog: CATALOG })
    expect([command, leaksIn(printed.text, [KEY_FILE])]).toEqual([command, []])
    expect(printed.text).not.toContain('system_error')
  }
})
