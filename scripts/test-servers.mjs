/**
 * Runs the tests that need real storage servers: installs and starts the servers, and ends them afterwards. What can't
 * be installed here is skipped, visibly. With --required that is a failure.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Unavailable } from '../integration_tests/installed.mjs'
import { startAzurite } from '../integration_tests/servers/azurite.mjs'
import { startCeph } from '../integration_tests/servers/ceph.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const isRequired = process.argv.includes('--required')

const servers = [
  { name: "Ceph's RADOS Gateway (S3)", test: 's3', start: startCeph },
  { name: 'Azurite (Azure Blob Storage)', test: 'azure', start: startAzurite },
]

/** What runs now is ended when this is; servers that are still starting are ended once they have. */
let tests
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isStopping = true
    tests?.kill(signal)
  })
}

async function started({ name, test, start }) {
  try {
    console.error(`Starting ${name} …`)
    return { test, ...(await start()) }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    console.error(`skipped: ${name}: ${error.message}`)
    return undefined
  }
}

async function runTests(running) {
  const files = running.map(({ test }) => `<rootDir>/integration_tests/servers/${test}.test.ts`)
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']
  const args = ['--testPathIgnorePatterns=/node_modules/', '--verbose', ...files.map((file) => `--testMatch=${file}`)]
  const env = Object.assign({}, process.env, ...running.map((server) => server.env))
  tests = spawn(process.execPath, [...jest, ...args], { stdio: 'inherit', env })
  const [code] = await once(tests, 'close')
  return code ?? 1
}

const results = await Promise.allSettled(servers.map(started))
const running = results.flatMap(({ value }) => value ?? [])
try {
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed) throw failed.reason
  if (isStopping) process.exitCode = 1
  else if (running.length > 0) process.exitCode = await runTests(running)
  if (isRequired && running.length < servers.length) process.exitCode = 1
} finally {
  for (const { stop } of running) await stop()
}
