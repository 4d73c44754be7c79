/** Rejected records are sent again with the command of docs/delivery.md. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from '@jest/globals'
import { fakeService } from './fakes/service.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(ROOT, 'docs/delivery.md'), 'utf8')
const scratch = mkdtempSync(join(tmpdir(), 'rejected-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const rejected = { reason: 'refused_by_service', message: 'bad', status: 400, at: '2026-11-22T10:00:00.000Z' }

function line(stream: string, id: string): string {
  const record = { stream, data: { id, time: 1_700_000_000, user_id: 'braze' }, emitted_at: 1 }
  return `${JSON.stringify({ type: 'RECORD', record, rejected })}\n`
}

test('the command of the page sends what is kept in several files', async () => {
  const [command = ''] = /^cat rejected\/.*$/m.exec(page) ?? []
  const service = await fakeService()
  for (const name of ['dist', 'catalogs']) symlinkSync(join(ROOT, name), join(scratch, name))
  mkdirSync(join(scratch, 'rejected'))
  writeFileSync(
    join(scratch, 'rejected/1.jsonl'),
    line('users.messages.email.Open', 'a') + line('users.canvas.Entry', 'b'),
  )
  writeFileSync(join(scratch, 'rejected/2.jsonl'), line('users.messages.email.Open', 'c'))
  const destination = { service: 'segment', write_key: 'key', endpoint: service.url }
  writeFileSync(join(scratch, 'destination.json'), JSON.stringify({ destination }))
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: scratch })
  await service.close()
  expect(service.delivered.map(({ messageId }) => messageId)).toEqual(['a', 'b', 'c'])
  expect(JSON.stringify(service.delivered)).not.toContain('refused_by_service')
  expect(stdout).toContain('Total: 3 read = 3 delivered')
})
