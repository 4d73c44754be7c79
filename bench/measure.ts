/** Runs a command as a whole process and says what it cost. Linux only: the figures come from /proc. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Cost {
  /** User and system time of the process and its children. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** The largest single process. */
  readonly peakMegabytes: number
}

/**
 * `command` is given to bash in the project's folder, so that it may hold pipes, redirections and relative paths. Fails
 * with the end of its stderr if it exits other than 0.
 */
export async function measure(command: string, environment: NodeJS.ProcessEnv): Promise<Cost> {
  const started = process.hrtime.bigint()
  // `times` prints what the shell's children have used: its second line, user then system.
  const shell = spawn('bash', ['-c', `set -o pipefail; { ${command}; }; code=$?; times >&3; exit $code`], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  })
  let peakKilobytes = 0
  const poll = setInterval(() => {
    for (const pid of familyOf(shell.pid ?? 0)) peakKilobytes = Math.max(peakKilobytes, peakOf(pid))
  }, 20)
  let times = ''
  let complaint = ''
  shell.stdio[3]?.on('data', (chunk: Buffer) => {
    times += chunk.toString()
  })
  shell.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-1_000)
  })
  const code = await new Promise((resolve) => shell.on('close', resolve))
  clearInterval(poll)
  if (code !== 0) throw new Error(`exit code ${code}\n${complaint.trim()}`)
  return {
    cpuSeconds: secondsOf(times.split('\n')[1] ?? ''),
    wallSeconds: Number(process.hrtime.bigint() - started) / 1e9,
    peakMegabytes: (peakKilobytes * 1024) / 1e6,
  }
}

/** `0m1.234s 0m0.100s` */
const secondsOf = (line: string): number =>
  [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )

function familyOf(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(familyOf)]
}

const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
