import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { startCli } from './command_line.ts'

const scratch = mkdtempSync(join(tmpdir(), 'collector-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('collects until it is interrupted, then says what it got', async () => {
  const out = join(scratch, 'events.jsonl')
  const { process, ended } = startCli('collector', '--port', '0', '--service', 'segment', '--out', out)
  const [line] = (await once(process.stdout ?? process, 'data')) as [string]
  const { destination } = JSON.parse(line)
  expect(destination).toMatchObject({ service: 'segment', write_key: 'any' })
  const event = { type: 'track', event: 'Email Opened', userId: 'u', messageId: 'm' }
  const headers = { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ batch: [event, event, { ...event, userId: undefined, messageId: 'n' }] })
  await fetch(`${destination.endpoint}/v1/batch`, { method: 'POST', headers, body })
  process.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(130)
  expect(stderr).toContain('1 event of 1 name, 1 duplicate\n1 lost: neither userId nor anonymousId\n1 request, ')
  expect(readFileSync(out, 'utf8')).toBe(`${JSON.stringify(event)}\n`)
})
