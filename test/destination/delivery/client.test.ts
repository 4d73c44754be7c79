import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { connect, newAgents } from '../../../src/destination/delivery/client.ts'

const agents = newAgents()
const environment = process.env
beforeEach(() => {
  process.env = { ...environment }
})
afterEach(() => {
  process.env = environment
})

/** What a server answers that notes where it was asked to go. */
async function asked(url: string, variables: (address: string) => NodeJS.ProcessEnv): Promise<readonly unknown[]> {
  const server = createServer((request, response) => response.writeHead(302, { location: '/' }).end(request.url))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  Object.assign(process.env, variables(address))
  const client = await connect(agents)
  const { status, data } = await client.request({
    method: 'POST',
    url: url.replace('SERVER', address),
    data: Buffer.of(1),
  })
  const answer = [status, await text(data)]
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return answer
}

test('goes straight to the server', async () => {
  expect(await asked('SERVER/v1/batch', () => ({}))).toEqual([302, '/v1/batch'])
})

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
  'goes through the proxy that %s names',
  async (name) => {
    const answer = await asked('http://api.example/v1/batch', (proxy) => ({ [name]: proxy }))
    expect(answer).toEqual([302, 'http://api.example/v1/batch'])
  },
)

test('goes past the proxy to a host that NO_PROXY names', async () => {
  const past = { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' }
  expect(await asked('SERVER/v1/batch', () => past)).toEqual([302, '/v1/batch'])
})

test('a proxy for TLS is none for plain HTTP', async () => {
  const answer = await asked('SERVER/v1/batch', () => ({ HTTPS_PROXY: 'http://127.0.0.1:1' }))
  expect(answer).toEqual([302, '/v1/batch'])
})
