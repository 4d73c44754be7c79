/** A process of the connector that is watched while it runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Sample } from './curve.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const PROBE = new URL('probe.mjs', import.meta.url).href

export interface Watched {
  readonly process: ChildProcess
  readonly stdin: Writable
  /** The lines of its stdout. */
  readonly lines: AsyncIterable<string>
  readonly samples: readonly Sample[]
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** The end of what it said on stderr. */
  stderr(): string
}

export function watch(args: readonly string[], probeMs: number): Watched {
  const child = spawn(process.execPath, ['--expose-gc', '--import', PROBE, MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, PROBE_MS: String(probeMs), AWS_EC2_METADATA_DISABLED: 'true' },
  })
  const samples: Sample[] = []
  const [stdin, stdout, stderr, probe] = child.stdio as readonly unknown[] as readonly [
    Writable,
    Readable,
    Readable,
    Readable,
  ]
  createInterface({ input: probe }).on('line', (line) => samples.push(JSON.parse(line)))
  let said = ''
  stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  // One that fails reads no more.
  stdin.on('error', () => {})
  return {
    process: child,
    stdin,
    samples,
    lines: createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY }),
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
    stderr: () => said,
  }
}
