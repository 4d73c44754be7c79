/** Names from a bucket are printed, and do not steer the terminal that they are printed on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { runCommand } from '../../src/local/cli.ts'
import { plainDisplay } from '../../src/local/sync/display.ts'
import { Progress } from '../../src/local/sync/progress.ts'
import { syncReport } from '../../src/local/sync/report.ts'
import { reportText } from '../../src/local/sync/table.ts'
import { Tally } from '../../src/source/report.ts'
import { still } from '../cdk/environment.ts'

const EVIL = 'evil\u001b[2J\u0007\u202e.users.messages.email.Open'
const CONTROLS = /[\p{Cc}\u202e]/u

const scratch = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('not by what a sync says while it runs', () => {
  const shown: string[] = []
  const display = plainDisplay({ write: (text) => shown.push(text), elapsed: () => 0 })
  const progress = new Progress([EVIL, 'b'])
  progress.records(EVIL, 1)
  display.remark({ level: 'WARN', message: `${EVIL}\nERROR: made up` })
  display.end(progress)
  expect(shown).toHaveLength(2)
  for (const text of shown) expect(text.replace(/\n$/, '')).not.toMatch(CONTROLS)
  expect(shown[0]).toContain('evil\\u{1b}[2J\\u{7}\\u{202e}.users')
})

test('not by the table at its end', () => {
  const written = {
    streams: [],
    requests: 0,
    retries: 0,
    bytesSent: 0,
    seconds: 1,
    dryRun: false,
  }
  const report = syncReport({ [EVIL]: 1 }, [{ ...new Tally(EVIL), files: 1 }], written, 0)
  for (const width of [60, 200]) expect(reportText(report, width).replaceAll('\n', '')).not.toMatch(CONTROLS)
})

test('not by the error that it ends with', async () => {
  const folder = 'event_type=evil\u001b[2J\u0007'
  mkdirSync(join(scratch, 'export', folder, 'date=2025-04-01-17'), { recursive: true })
  writeFileSync(join(scratch, 'export', folder, 'date=2025-04-01-17', 'x.avro'), 'x')
  const [source, destination] = [join(scratch, 's.json'), join(scratch, 'd.json')]
  writeFileSync(source, JSON.stringify({ storage: { provider: 'local', path: join(scratch, 'export') } }))
  writeFileSync(destination, JSON.stringify({ destination: { service: 'segment', write_key: 'k' }, dry_run: true }))
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const terminal = {
    out: say,
    err: say,
    screen: undefined,
    columns: 80,
    conceal: () => {},
    clean: (text: string) => text,
  }
  const argv = ['sync', '--source-config', source, '--destination-config', destination]
  expect(await runCommand(argv, '0', terminal, still())).toBe(1)
  expect(said.join('')).toContain('Error: Stream "evil\\u{1b}[2J\\u{7}"')
  expect(said.join('').replaceAll('\n', '')).not.toMatch(CONTROLS)
})
