/** Processes of servers. Plain JavaScript: it runs before anything is compiled. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { PATH, Unavailable } from '../installed.mjs'

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
