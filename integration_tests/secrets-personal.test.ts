/** Whatever goes wrong: what people are called, and how they are reached, stands in no log and no error. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type Answer, fakeService, type ReceivedRequest } from './fakes/service.ts'
import { isPersonal, MARK, PERSONAL_RECORDS, type PersonalRecord, personalIn } from './secrets/personal.ts'
import { runCommand } from './secrets/run.ts'
import { textsBelow } from './secrets/texts.ts'

const scratch = mkdtempSync(join(tmpdir(), 'personal-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const CATALOG = {
  streams: PERSONAL_RECORDS.map(({ stream }) => ({
    stream: { name: stream, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
}

const lineOf = ({ stream, data }: PersonalRecord): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1 } })}\n`

test('there are personal fields in nearly every event type', () => {
  const personal = PERSONAL_RECORDS.filter(({ data }) => isPersonal(JSON.stringify(data)))
  expect(personal.length).toBeGreaterThan(100)
})

describe('write', () => {
  let runs = 0

  async function writing(answer: (request: ReceivedRequest) => Answer, lines: readonly string[]) {
    const service = await fakeService(answer, { forgets: true })
    const folder = join(scratch, `kept-${runs++}`)
    try {
      const destination = { service: 'segment', write_key: 'key-of-the-test', endpoint: service.url }
      const kept = { storage_type: 'Local', bucket_path: folder }
      const config = JSON.stringify({ destination, object_storage_config: kept })
      const { text } = await runCommand('destination', 'write', { config, catalog: CATALOG, stdin: lines.join('') })
      expect(text).not.toContain('system_error')
      return { text, kept: textsBelow(folder).join('') }
    } finally {
      await service.close()
    }
  }

  const ENDS = { 400: 'refused_by_service', 413: 'too_large_for_service', 500: 'answered 500', 401: 'config_error' }

  const quoting = ({ body }: ReceivedRequest, shape: string): string => {
    if (shape === 'JSON') return JSON.stringify({ success: false, error: { message: body } })
    if (shape === 'JSON in JSON') return JSON.stringify({ message: JSON.stringify(body) })
    const at = body.indexOf(MARK)
    // As JavaScript's own parser does.
    if (shape === 'a few characters') return `Unexpected token, ..."${body.slice(at - 9, at + 8)}"... is not valid JSON`
    if (shape === 'the end of a word') return `Bad event: …${body.slice(at + 4, at + 90)}`
    // The personal part, and only the beginning of it.
    return `Bad event: ${body.slice(at, at + 200)}`
  }

  test.each(
    ([400, 413, 500, 401] as const).flatMap((status) =>
      ['text', 'JSON', 'JSON in JSON', 'a few characters', 'the end of a word'].map(
        (shape) => [status, shape] as const,
      ),
    ),
  )('shows nothing of an event that the service quotes in its answer %i as %s', async (status, shape) => {
    // A service in trouble is asked for half an hour: with a few events.
    const records = PERSONAL_RECORDS.slice(0, status === 500 ? 4 : 60)
    const { text } = await writing((request) => ({ status, body: quoting(request, shape) }), records.map(lineOf))
    expect(text).toContain(ENDS[status])
    expect(personalIn(text)).toEqual([])
  })

  test('shows nothing of records that it can’t read or send, and keeps them', async () => {
    const [first = { stream: '', data: {} }] = PERSONAL_RECORDS
    const line = lineOf(first)
    const { text, kept } = await writing(
      () => ({ status: 200 }),
      [
        lineOf({ ...first, data: { ...first.data, long: `${MARK}`.repeat(10_000) } }),
        lineOf({ ...first, data: { ...first.data, id: undefined } }),
        lineOf({ ...first, data: { ...first.data, time: MARK } }),
        line.replace('"data"', '"data":1,"data"'),
        `${line.slice(0, -10)}\n`,
        line.replace('{"id"', '{"id"x'),
        `${JSON.stringify({ type: 'RECORD', record: { stream: first.stream, data: MARK, emitted_at: 1 } })}\n`,
        `${MARK}\n`,
      ],
    )
    expect(personalIn(text)).toEqual([])
    expect(isPersonal(kept)).toBe(true)
  })
})

describe('read', () => {
  const STREAM = 'users.messages.email.Send'
  const user = { user_id: MARK, external_user_id: `${MARK}@example.org` }
  const event = JSON.stringify({ id: 'e', event_type: STREAM, time: 1_700_000_000, user, properties: { email: MARK } })

  test.each([
    ['is cut off', event.slice(0, -8)],
    ['has a word too many', event.replace('"time"', `${MARK} "time"`)],
    ['has a time that is none', event.replace('1700000000', `"${MARK}"`)],
    ['has a user that is none', event.replace(/"user":\{[^}]*\}/, `"user":["${MARK}"]`)],
    ['has a type that is none', event.replace(`"${STREAM}"`, `["${MARK}"]`)],
    ['is no Avro file', event],
  ])('shows nothing of a file that %s', async (what, content) => {
    const folder = join(scratch, what)
    const below = join(folder, `event_type=${STREAM}`, 'date=2023-11-14-22')
    mkdirSync(below, { recursive: true })
    writeFileSync(join(below, what === 'is no Avro file' ? 'a.avro' : 'a.json'), `${event}\n${content}`)
    const config = JSON.stringify({ storage: { provider: 'local', path: folder } })
    const { text } = await runCommand('source', 'read', { config, catalog: catalogOf(STREAM) })
    const others = text.split('\n').filter((line) => line.startsWith('{') && !line.startsWith('{"type":"RECORD"'))
    expect(others.length).toBeGreaterThan(0)
    expect(personalIn(others.join('\n'))).toEqual([])
  })

  const catalogOf = (stream: string) => ({ streams: CATALOG.streams.filter(({ stream: { name } }) => name === stream) })
})
