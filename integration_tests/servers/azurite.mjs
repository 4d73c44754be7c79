/** Azurite, Microsoft's own emulator of Blob Storage, installed in a folder of its own: it is large. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../installed.mjs'
import { answering, freePorts, start } from './daemon.mjs'

/** The newest that runs on Node 20. */
const VERSION = '3.35.0'
const FOLDER = fileURLToPath(new URL('../../.servers/azurite/', import.meta.url))
/** https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key */
const ACCOUNT = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
}

export async function startAzurite() {
  const script = join(FOLDER, 'node_modules/azurite/dist/src/blob/main.js')
  if (!existsSync(script)) {
    console.error(`Installing azurite@${VERSION} …`)
    mkdirSync(FOLDER, { recursive: true })
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', ['install', '--prefix', FOLDER, ...quiet, `azurite@${VERSION}`])
  }
  const [port] = await freePorts(1)
  // The SDK speaks a newer version of the API than the emulator knows.
  const args = ['--silent', '--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck']
  const address = ['--blobHost', '127.0.0.1', '--blobPort', String(port)]
  const server = start(process.execPath, [script, ...args, ...address], { logFile: join(FOLDER, 'azurite.log') })
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT.name}`
  try {
    await answering(endpoint, server)
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    env: { TEST_AZURE: JSON.stringify({ endpoint, account: ACCOUNT.name, key: ACCOUNT.key }) },
    stop: server.stop,
  }
}
