/** Buildah and Podman, with their images in a folder of their own, so that they need neither a service nor systemd. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, PATH, Unavailable } from '../installed.mjs'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Engine {
  /** Fails with the last lines of what was said if the command fails. Gives what it printed. */
  run(command: 'buildah' | 'podman', ...args: readonly string[]): Promise<string>
  /** Runs a container up to its end, with `input` as its stdin. Exit codes are the container's. */
  container(args: readonly string[], input?: string): Promise<Ran>
}

const PACKAGES = ['buildah', 'podman', 'runc', 'mmdebstrap']

/** Without cgroup managers, journals and limits that only systemd gives. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`

/** Installs what is missing. Images and their state go under `folder`. */
export async function openEngine(folder: string): Promise<Engine> {
  // Containers of other users would see other owners of the folders that are shared with them.
  if (process.getuid?.() !== 0) throw new Unavailable('only root can build and run them here')
  await install(PACKAGES, PACKAGES)
  mkdirSync(folder, { recursive: true })
  const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/store"\nrunroot = "${folder}/run"\n`
  writeFileSync(join(folder, 'storage.conf'), storage)
  writeFileSync(join(folder, 'containers.conf'), CONTAINERS_CONF)
  const env = {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  return {
    run: (command, ...args) => succeed(command, args, env),
    container: (args, input) => execute('podman', ['run', '--rm', '--pull=never', ...args], env, input),
  }
}

/** Runs a command, and fails if it fails. */
export async function succeed(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(command, args, env)
  if (code === 0) return stdout
  throw new Error(
    `${command} ${args[0]} ended with ${code}: ${`${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')}`,
  )
}

async function execute(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<Ran> {
  const child = spawn(command, args, { env: { ...process.env, ...env, PATH } })
  // A command that reads nothing may be gone before it is told all.
  child.stdin.on('error', () => {}).end(input)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}
