import { setFlagsFromString } from 'node:v8'

/** V8 complains on stderr of a flag that it does not know, and versions that we have not seen may have dropped any. */
const KNOWN_VERSIONS = /^v(20|22|24|26)\./

/**
 * Sets V8 up for a process that lives for seconds, has a heap of some ten megabytes, and leaves the work to WebAssembly
 * and to the system.
 *
 * - New objects get two megabytes: V8 would give them up to 32, or 64 from Node.js 24 on, of which those that live on
 *   need almost nothing. That is a tenth to a third of all memory. The CPU time of reading a folder stays what it is,
 *   that of large files of a bucket falls; writing, and small files of a bucket, take up to a tenth more.
 * - V8 of Node.js 20 compiles a function anew, with its optimizing compiler, once 66 KB of its bytecode have run, which
 *   costs more than it brings: a fifth to a third of the CPU time. What runs for longer is optimized all the same. Later
 *   versions, which know no such flag, count calls, and wait longer.
 *
 * To be called when everything is loaded: code that was compiled before, Node.js's own in its binary and ours in a cache,
 * is good for the flags only that it was compiled under. What is loaded later is compiled anew, a tenth of the time that
 * it takes to start.
 */
export function tuneEngine(): void {
  if (isTuned) return
  isTuned = true
  if (KNOWN_VERSIONS.test(process.version)) setFlagsFromString('--semi-space-growth-factor=1')
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=1000000')
}

let isTuned = false
