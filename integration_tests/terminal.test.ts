import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'
import { runCli, startCli } from './command_line.ts'
import { onTerminal, screenOf, startOnTerminal, withTerminal } from './pseudo_terminal.ts'

jest.setTimeout(120_000)

const scratch = mkdtempSync(join(tmpdir(), 'terminal-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const SYNC = [
  'sync',
  ...['--source-config', join(scratch, 'source.json'), '--destination-config', join(scratch, 'destination.json')],
  '--dry-run',
]
const SUM = /^6,000 read = 6,000 deliverable \+ 0 skipped \+ 0 rejected/m

/** Two messages of each, longer than a line of any screen; ten are shown, and the number of the others at the end. */
const BROKEN = [
  'canvas.Entry',
  'canvas.Abort',
  'canvas.Conversion',
  'campaigns.Abort',
  'campaigns.Conversion',
  'UserOrphan',
].map((name) => `users.${name}`)

beforeAll(async () => {
  const out = join(scratch, 'export')
  await sampleExport({ out, events: 6000, hours: 1, streams: '*.email.*,*.behaviors.*' })
  const file =
    readdirSync(out, { recursive: true, encoding: 'utf8' }).find((name) => /email.Send.*avro$/.test(name)) ?? ''
  for (const stream of BROKEN) {
    const broken = join(out, file.replace('users.messages.email.Send', stream))
    mkdirSync(dirname(broken), { recursive: true })
    copyFileSync(join(out, file), broken)
    truncateSync(broken, 100)
  }
  const write = (name: string, value: object) => writeFileSync(join(scratch, name), JSON.stringify(value))
  write('source.json', { storage: { provider: 'local', path: out } })
  write('destination.json', { destination: { service: 'segment', write_key: 'any' } })
})

withTerminal.test.each([
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 12, rows: 4 },
])(
  `on a terminal of $columns × $rows nothing stays of the progress but the messages${withTerminal.note}`,
  async (size) => {
    const stdout = join(scratch, `${size.columns}.txt`)
    const output = await onTerminal(size, stdout, SYNC)
    // It was drawn while it ran.
    expect(output).toContain(' read')
    const { lines, isCursorShown } = screenOf(output, size)
    expect(isCursorShown).toBe(true)
    const text = lines.join('')
    expect(text).toMatch(
      /^(WARN: File .* is broken at byte 100: .*ERROR: .*){5}WARN: There were 2 more messages like these\.Error: The sync did not go through/,
    )
    expect(text).not.toMatch(/[█░]|done with/)
    expect(readFileSync(stdout, 'utf8')).toMatch(SUM)
  },
)

withTerminal.test(`a terminal that can't move its cursor gets plain lines${withTerminal.note}`, async () => {
  const size = { columns: 80, rows: 24 }
  const output = await onTerminal(size, join(scratch, 'dumb.txt'), SYNC, { TERM: 'dumb' })
  expect(output).not.toContain('\u001b')
  expect(output).toMatch(/6,000 records read; \d+ of 106 streams/)
})

withTerminal.test(`no colour is used${withTerminal.note}`, async () => {
  const size = { columns: 80, rows: 24 }
  const output = await onTerminal(size, join(scratch, 'plain.txt'), SYNC)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours text.
  expect(output).not.toMatch(/\u001b\[[\d;]*m/)
})

test('without a terminal, progress is plain lines on stderr, and stdout holds the table alone', async () => {
  const { stdout, stderr } = await runCli(...SYNC)
  expect(stdout).toMatch(/^ stream +files +read /)
  expect(stdout).toMatch(SUM)
  expect(stdout).not.toMatch(/records read|WARN/)
  expect(stderr).toMatch(/6,000 records read; \d+ of 106 streams/)
  expect(stdout + stderr).not.toContain('\u001b')
})

const STOPPING = /Stopping: .* A second Ctrl-C ends it at once\./

/** A service that keeps its first caller waiting until it is told to answer. */
async function patientService(onFirst: () => void) {
  const waiting: ServerResponse[] = []
  let isPatient = true
  const server: Server = createServer((request, response) => {
    request.resume()
    if (!isPatient) return void response.end('{"success":true}')
    if (waiting.push(response) === 1) onFirst()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = join(scratch, 'patient.json')
  writeFileSync(config, JSON.stringify({ destination: { service: 'segment', write_key: 'any', endpoint } }))
  return {
    args: ['sync', '--source-config', join(scratch, 'source.json'), '--destination-config', config],
    answer() {
      isPatient = false
      for (const response of waiting.splice(0)) response.end('{"success":true}')
    },
    close: () => server.close(),
  }
}

withTerminal.test(`Ctrl-C is answered at once, while the sync comes to its end${withTerminal.note}`, async () => {
  const size = { columns: 80, rows: 24 }
  const service = await patientService(() => terminal.type('\u0003'))
  const onOutput = (output: string) => void (STOPPING.test(output) && service.answer())
  const terminal = startOnTerminal(size, join(scratch, 'stopped.txt'), service.args, {}, onOutput)
  const { lines, isCursorShown } = screenOf((await terminal.output).replaceAll('^C', ''), size)
  service.close()
  expect(isCursorShown).toBe(true)
  expect(lines.join('')).toMatch(STOPPING)
})

test('a signal is answered at once without a terminal, too', async () => {
  const service = await patientService(() => void run.process.kill('SIGINT'))
  const run = startCli(...service.args)
  let said = ''
  run.process.stderr?.on('data', (more: Buffer) => {
    said += more
    if (STOPPING.test(said)) service.answer()
  })
  expect(await run.ended).toMatchObject({ code: 130, stderr: expect.stringMatching(STOPPING) })
  service.close()
})
