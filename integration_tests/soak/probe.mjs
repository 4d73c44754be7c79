/**
 * Loaded into a process that is watched (`node --expose-gc --import …/probe.mjs`): tells what it holds, as a JSON line on
 * file descriptor 3, every PROBE_MS milliseconds. Garbage is collected first, so that what is told is what is kept.
 */
import { readdirSync, readlinkSync, writeSync } from 'node:fs'

const FDS = '/proc/self/fd'

function tell() {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const links = openFiles()
  const sockets = links.filter((link) => link.startsWith('socket:')).length
  const resources = process.getActiveResourcesInfo().length
  const sample = { seconds: process.uptime(), rss, heapUsed, external, fds: links.length, sockets, resources }
  writeSync(3, `${JSON.stringify(sample)}\n`)
}

/** What each file descriptor is open on; nothing where there is no /proc. */
function openFiles() {
  try {
    return readdirSync(FDS).flatMap((name) => linkOf(`${FDS}/${name}`))
  } catch {
    return []
  }
}

function linkOf(path) {
  try {
    return [readlinkSync(path)]
  } catch {
    // The one that the folder was read with.
    return []
  }
}

setInterval(tell, Number(process.env.PROBE_MS)).unref()
