/** `check` and `discover` of the destination, as the platform runs them. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type FakeService, fakeService, type Script } from './fakes/service.ts'
import { type Answered, command } from './platform/command.ts'

const KEY = 'write-key-that-nobody-may-see'

let service: FakeService
afterEach(() => service?.close())

type Service = 'segment' | 'rudderstack'

const configOf = (name: Service, url: string, more: object = {}): object =>
  name === 'segment'
    ? { destination: { service: 'segment', write_key: KEY, endpoint: url }, ...more }
    : { destination: { service: 'rudderstack', write_key: KEY, data_plane_url: url }, ...more }

async function check(name: Service, script: Script, more: object = {}): Promise<Answered> {
  service = await fakeService(script)
  return command('check', configOf(name, service.url, more))
}

const statusOf = ({ messages }: Answered) =>
  messages.flatMap((message) => (message.type === 'CONNECTION_STATUS' ? [message.connectionStatus] : []))

describe('check', () => {
  test.each([
    ['rudderstack', 400, 'POST'],
    ['rudderstack', 200, 'POST'],
    // Segment gives no key away: any answer shows that it can be reached.
    ['segment', 404, 'HEAD'],
  ] as const)('succeeds where %s answers %i to a %s', async (name, status, method) => {
    const answer = await check(name, [status])
    expect([answer.code, answer.stderr, statusOf(answer)]).toMatchObject([0, '', [{ status: 'SUCCEEDED' }]])
    expect(service.requests.map((request) => [request.method, request.events])).toEqual([[method, []]])
  })

  test('says of Segment what it could not see', async () => {
    const { messages } = await check('segment', [200])
    const note = expect.stringContaining('answers alike to right and wrong write keys')
    expect(messages).toMatchObject([
      { type: 'LOG', log: { level: 'INFO', message: note } },
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', message: note } },
    ])
  })

  test.each([
    [401, 'Check the write key'],
    [404, 'the source of the write key is enabled'],
    [302, 'events and keys are not sent elsewhere'],
    [503, 'Check the address and the network'],
  ])('fails at %i, says what to do, and tells no secret', async (status, remedy) => {
    const answer = await check('rudderstack', [{ status, body: `wrong ${KEY}`, headers: { location: `/?k=${KEY}` } }])
    expect(statusOf(answer)).toEqual([{ status: 'FAILED', message: expect.stringContaining(remedy) }])
    expect(answer.code).toBe(0)
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })

  test.each(['segment', 'rudderstack'] as const)('fails where nobody answers for %s', async (name) => {
    service = await fakeService()
    const config = configOf(name, service.url)
    await service.close()
    const answer = await command('check', config)
    expect(statusOf(answer)).toEqual([{ status: 'FAILED', message: expect.stringContaining('ECONNREFUSED') }])
  })

  test('fails for a folder that can’t hold rejected records', async () => {
    const store = { storage_type: 'Local', bucket_path: '/dev/null/rejected' }
    const answer = await check('rudderstack', [400], { object_storage_config: store })
    expect(statusOf(answer)).toEqual([{ status: 'FAILED', message: expect.stringContaining('/dev/null/rejected') }])
  })

  test('fails for a configuration without a service', async () => {
    const answer = await command('check', { limits: {} })
    expect(statusOf(answer)).toMatchObject([{ status: 'FAILED', message: expect.stringContaining('destination') }])
  })
})

test('discover answers with the operations that records can be mapped to', async () => {
  const { code, messages } = await command('discover', configOf('segment', 'http://127.0.0.1:1'))
  expect(code).toBe(0)
  const catalogs = messages.flatMap((message) =>
    message.type === 'DESTINATION_CATALOG' ? message.destination_catalog.operations : [],
  )
  expect(catalogs.map(({ object_name }) => object_name)).toEqual(['track', 'identify'])
})
