import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'
import { runSource } from './platform/source.ts'

const scratch = mkdtempSync(join(tmpdir(), 'check-'))
beforeAll(async () => {
  await sampleExport({ out: join(scratch, 'export'), events: 20, hours: 1, streams: '*.email.*' })
  await sampleExport({ out: join(scratch, 'broken'), events: 20, hours: 1, streams: '*.email.*' })
  for (const name of readdirSync(join(scratch, 'broken'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.avro')) truncateSync(join(scratch, 'broken', name), 10)
  }
  mkdirSync(join(scratch, 'empty'))
  mkdirSync(join(scratch, 'dump/2026'), { recursive: true })
  writeFileSync(join(scratch, 'dump/2026/events.json'), '{"events":[]}')
  writeFileSync(join(scratch, 'file'), '')
  mkdirSync(join(scratch, 'crowded/a'), { recursive: true })
  for (let i = 0; i < 1_100; i++) writeFileSync(join(scratch, 'crowded/a', `${i}.csv`), '')
  await sampleExport({ out: join(scratch, 'crowded'), events: 20, hours: 1, streams: '*.email.*' })
})
afterAll(() => rmSync(scratch, { recursive: true }))

const check = async (path: string, path_prefix = '') => {
  const config = { storage: { provider: 'local', path: join(scratch, path) }, path_prefix }
  const { code, messages } = await runSource({ command: 'check', config })
  expect(code).toBe(0)
  const answers = messages.flatMap((message) =>
    message.type === 'CONNECTION_STATUS' ? [message.connectionStatus] : [],
  )
  expect(answers).toHaveLength(1)
  return answers[0]
}

test.each([
  ['an export', 'export', ''],
  ['the folder in it', 'export', 'currents'],
  ['the same with slashes', 'export', '/currents/'],
  ['the beginning of the name', 'export', 'curr'],
  ['an event type in it', 'export', 'currents/dataexport.'],
  ['an export behind a thousand other files', 'crowded', ''],
  ['JSON files outside of event_type= folders', 'dump', ''],
])('%s is fine', async (_, path, prefix) => {
  expect(await check(path, prefix)).toMatchObject({ status: 'SUCCEEDED' })
})

test.each([
  ['a folder that does not exist', 'nowhere', '', /^Folder .*nowhere does not exist\. Set storage\.path /],
  ['a file', 'file', '', /file is a file\. Set storage\.path to a folder\.$/],
  ['an empty folder', 'empty', '', /empty holds no files of a Currents export\. Check storage and path_prefix /],
  [
    'another prefix',
    'export',
    'elsewhere/',
    /elsewhere\/ holds no files of a Currents export\. Set path_prefix to a folder that does: "currents\/dataexport\.[^"]*\/"\.$/,
  ],
  ['broken files only', 'broken', '', /\.avro is no whole Avro file \(.*\), nor are those after it\. Wait /],
  ['a prefix that leads out of the folder', 'export', '../export/', /leads out of the folder/],
])('%s is not, and the answer says what to do', async (_, path, prefix, message) => {
  expect(await check(path, prefix)).toMatchObject({ status: 'FAILED', message: expect.stringMatching(message) })
})
