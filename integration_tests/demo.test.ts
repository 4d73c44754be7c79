import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('the demo runs through, and its numbers agree', async () => {
  const demo = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts'], { cwd: ROOT })
  let [stdout, stderr] = ['', '']
  demo.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  demo.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(demo, 'close')
  expect({ code, errors: stderr.match(/error.*/gi) }).toEqual({ code: 0, errors: null })
  expect(stdout.match(/The collector counted 20,000 events of 106 names: exactly those of the export/g)).toHaveLength(2)
  expect(stdout.match(/Nothing new in 106 streams\./g)).toHaveLength(2)
  expect(stdout).toContain('── users.messages.email.Click ──')
  expect(stdout).toContain('"event": "Email Link Clicked"')
}, 180_000)
