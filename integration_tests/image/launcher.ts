/**
 * How Airbyte's launcher runs a connector: a shell takes the place of the image's entry point and evaluates
 * AIRBYTE_ENTRYPOINT in another folder; answers of spec, check and discover go into a file, records through FIFOs.
 * User 1000, no capabilities, no new privileges, 2 GiB and one CPU; the root file system read-only, which is stricter
 * than the platform.
 *
 * Source: airbyte-platform, airbyte-workload-launcher, ContainerCommandFactory and ConnectorPodFactory (read 2026-11).
 */
import { chownSync, createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Engine, succeed } from './engine.ts'

const USER = 1000

/** Seen from the containers, the folder that they share with the platform. */
export const SHARED = '/shared'

export const CONFINED: readonly string[] = [
  ...['--user', `${USER}:${USER}`, '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'],
  ...['--memory=2g', '--cpus=1', '--env', 'DEPLOYMENT_MODE=OSS', '--env', 'USE_STREAM_CAPABLE_STATE=true'],
]

export interface Launch {
  readonly image: string
  readonly command: 'spec' | 'check' | 'discover' | 'read' | 'write'
  /** Each becomes a file and the option of its name. */
  readonly files?: Readonly<Record<string, object>>
  /** What goes into the FIFO of stdin. */
  readonly input?: string
  /** By default none at all. */
  readonly network?: 'host'
}

export interface Launched {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one command in `shared`, which every container of the test sees as SHARED. */
export async function launch(engine: Engine, shared: string, launched: Launch): Promise<Launched> {
  const folder = mkdtempSync(join(shared, `${launched.command}-`))
  try {
    const words = [launched.command as string]
    for (const [name, value] of Object.entries(launched.files ?? {})) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(value))
      words.push(`--${name} ${name}.json`)
    }
    const pipes = launched.command === 'read' || launched.command === 'write'
    return await (pipes ? throughPipes : intoFile)(engine, folder, launched, words.join(' '))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function intoFile(engine: Engine, folder: string, launched: Launch, words: string): Promise<Launched> {
  const { code, stderr } = await start(engine, folder, launched, `${words}" > jobOutput.json`)
  return { code, stderr, stdout: readFileSync(join(folder, 'jobOutput.json'), 'utf8') }
}

async function throughPipes(engine: Engine, folder: string, launched: Launch, words: string): Promise<Launched> {
  const [stdin, stdout, stderr] = ['stdinPipe', 'stdoutPipe', 'stderrPipe'] as const
  const paths = [stdin, stdout, stderr].map((name) => join(folder, name))
  await succeed('mkfifo', paths)
  for (const path of paths) chownSync(path, USER, USER)
  const [input = '', ...outputs] = paths
  const printing = Promise.all(outputs.map((path) => text(createReadStream(path))))
  const feeding = feed(input, launched.input ?? '')
  const ended = await start(engine, folder, launched, `${words}" < ${stdin} > ${stdout} 2> ${stderr}`)
  for (const path of paths) await release(path)
  await feeding
  const [printed = '', told = ''] = await printing
  return { code: ended.code, stdout: printed, stderr: told + ended.stderr }
}

/** A connector that fails may leave the rest unread. */
async function feed(path: string, input: string): Promise<void> {
  await writeFile(path, input).catch(() => {})
}

/** Whoever still waits for the other end of a FIFO is let go. */
async function release(path: string): Promise<void> {
  const both = await open(path, 'r+')
  await both.close()
}

/** The exit code is what the shell says of the connector, as the platform reads it. */
async function start(
  engine: Engine,
  folder: string,
  launched: Launch,
  rest: string,
): Promise<Pick<Launched, 'code' | 'stderr'>> {
  const script = `[ -n "$AIRBYTE_ENTRYPOINT" ] || exit 127\neval "$AIRBYTE_ENTRYPOINT ${rest}\necho $? > exitCode`
  chownSync(folder, USER, USER)
  const place = [
    '--volume',
    `${join(folder, '..')}:${SHARED}`,
    '--workdir',
    join(SHARED, folder.split('/').at(-1) ?? ''),
  ]
  const network = ['--network', launched.network ?? 'none']
  const { code, stderr } = await engine.container([
    ...CONFINED,
    ...place,
    ...network,
    ...['--entrypoint', '/bin/sh', launched.image, '-c', script],
  ])
  if (code !== 0) throw new Error(`the container ended with ${code}: ${stderr}`)
  return { code: Number(readFileSync(join(folder, 'exitCode'), 'utf8')), stderr }
}

/** A folder that user 1000 may write. */
export function sharedFolder(path: string): string {
  mkdirSync(path, { recursive: true })
  chownSync(path, USER, USER)
  return path
}
