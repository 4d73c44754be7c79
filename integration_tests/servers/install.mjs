/** Installs servers and starts their processes. Plain JavaScript: it runs before anything is compiled. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Why a server is not there, in words for the person who waits for its tests. */
export class Unavailable extends Error {}

const execute = promisify(execFile)
/** Debian keeps daemons where only the super-user looks. */
const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)

/** Runs a command to its end, and gives what it printed. */
export async function run(command, args, options = {}) {
  try {
    const { stdout } = await execute(command, args, { ...options, env: { ...process.env, PATH, ...options.env } })
    return stdout
  } catch (error) {
    throw new Unavailable(
      `${command}: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    )
  }
}

/** Starts a process that stays, with its output in a file. `stop` ends it, and only it. */
export function start(command, args, { logFile, env = {} }) {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, PATH, ...env } })
  const ended = once(child, 'close').catch(() => {})
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    async stop() {
      child.kill('SIGTERM')
      const killing = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await ended
      clearTimeout(killing)
    },
    lastWords: () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n'),
  }
}

/** Waits until something answers HTTP at `url`. */
export async function answering(url, server, seconds = 60) {
  for (let tries = 0; tries < seconds * 5; tries++) {
    if (server.hasEnded()) break
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (answer) return
    await sleep(200)
  }
  throw new Unavailable(`nothing answers at ${url}: ${server.lastWords()}`)
}

export const isInstalled = (command) =>
  PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Ports of this machine that nobody listens on. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
