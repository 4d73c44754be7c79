/** Servers that take a request and never answer: the command gives up, shows no secret, and its process ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { ran } from './machine/process.ts'
import { leaksIn } from './secrets/canary.ts'
import { planted, SECRET_FIELDS } from './secrets/fields.ts'
import { hostileServer } from './secrets/hostile.ts'

// A few processes a test, on a machine that may be busy.
jest.setTimeout(60_000)

const scratch = mkdtempSync(join(tmpdir(), 'silent-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const IMPATIENT = ['--import', new URL('secrets/rerouted.mjs', import.meta.url).href]
/** Where a local export is meant, nobody is asked. */
const ASKING = SECRET_FIELDS.filter(({ name }) => !/salt|object_storage_config/.test(name))

test.each(ASKING)('$role $name', async (field) => {
  const server = await hostileServer('never answers', () => [])
  try {
    const { config, canaries } = planted(field, server.url, 'unruly') ?? { config: {}, canaries: [] }
    writeFileSync(join(scratch, 'config.json'), JSON.stringify(config))
    const { code, stdout, stderr } = await ran([field.role, 'check', '--config', join(scratch, 'config.json')], {
      options: IMPATIENT,
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('"status":"FAILED"')
    expect(leaksIn(stdout, canaries)).toEqual([])
    expect(server.heads).not.toEqual([])
  } finally {
    await server.close()
  }
})
