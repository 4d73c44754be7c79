/** Makes what the rows need, when they need it: exports, configurations, lines, servers. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './measure.ts'

/** The types that make up most of a real export. */
const STREAMS = [
  'users.messages.email.Open',
  'users.messages.email.Send',
  'users.messages.email.Delivery',
  'users.messages.pushnotification.Send',
  'users.behaviors.CustomEvent',
  'users.behaviors.Purchase',
  'users.messages.contentcard.Impression',
]
const ONE_STREAM = 'users.messages.email.Send'

export interface Export {
  /** Below `$DATA`; `name.json` beside it is the source's configuration, `name.catalog.json` the configured catalogue. */
  readonly name: string
  /** Different events: a sample repeats some, and `read` leaves those out. */
  readonly events: number
  readonly bytes: number
}

export interface ExportOptions {
  readonly events: number
  readonly eventsPerFile: number
  readonly codec?: 'null' | 'deflate'
  readonly onlyOneStream?: boolean
}

export interface Sink {
  readonly url: string
  /** Events that came since it was last asked. */
  arrived(): Promise<number>
}

export class Workbench {
  readonly events: number
  readonly #data: string
  readonly #exports = new Map<string, Export>()
  readonly environment: NodeJS.ProcessEnv
  #servers: ChildProcess[] = []

  /** `data` is an empty folder; `events` is the number that most rows take. */
  constructor(data: string, events: number) {
    this.#data = data
    this.events = events
    this.environment = { ...passedOn(), DATA: data }
  }

  path(name: string): string {
    return join(this.#data, name)
  }

  /** An export of the size that most rows take, in files of about 10 MB. */
  plain(events = this.events): Export {
    return this.export({ events, eventsPerFile: 25_000 })
  }

  export({ events, eventsPerFile, codec = 'null', onlyOneStream = false }: ExportOptions): Export {
    const name = `${codec}-${events}-${eventsPerFile}${onlyOneStream ? '-one' : ''}`
    const made = this.#exports.get(name)
    if (made) return made
    const streams = onlyOneStream ? [ONE_STREAM] : STREAMS
    const args = ['--events', events, '--events-per-file', eventsPerFile, '--codec', codec, '--streams', streams.join()]
    const report = this.#run(`node dist/main.js sample --out $DATA/${name} --seed 1 --json ${args.join(' ')}`)
    const found = { name, events, bytes: JSON.parse(report).bytes }
    this.#describe(name, { provider: 'local', path: this.path(name) }, streams)
    this.#exports.set(name, found)
    return found
  }

  /** The same files, each as the only one of a stream of its own. */
  asStreams(original: Export): Export {
    const name = `${original.name}-each`
    const streams = filesBelow(this.path(original.name)).map((file, i) => {
      const stream = `users.made_up.Type${i}`
      const link = this.path(`${name}/${file.replace(/event_type=[^/]+/, `event_type=${stream}`)}`)
      mkdirSync(dirname(link), { recursive: true })
      if (!existsSync(link)) linkSync(this.path(`${original.name}/${file}`), link)
      return stream
    })
    this.#describe(name, { provider: 'local', path: this.path(name) }, streams)
    return { ...original, name }
  }

  /** What `read` makes of an export: a file below `$DATA`. */
  lines(of: Export): { readonly name: string; readonly bytes: number } {
    const name = `${of.name}.jsonl`
    if (!existsSync(this.path(name))) this.#run(`${readCommand(of)} > $DATA/${name}`)
    return { name, bytes: statSync(this.path(name)).size }
  }

  /** How many RECORD lines a file below `$DATA` holds. */
  async records(name: string): Promise<number> {
    return Number(this.#run(`grep -c '"type":"RECORD"' $DATA/${name}`))
  }

  /** Writes a configuration of the destination, and gives its name below `$DATA`. */
  destination(name: string, config: object): string {
    writeFileSync(this.path(`${name}.json`), JSON.stringify(config))
    return `${name}.json`
  }

  /** A server in a process of its own, which is not measured. It takes any event. */
  async sink(): Promise<Sink> {
    const port = await this.#serve('sink')
    const url = `http://127.0.0.1:${port}`
    this.environment['SINK'] = url
    return { url, arrived: async () => (await (await fetch(`${url}/arrived`)).json()) as number }
  }

  /** The export behind an S3-like server, in a process of its own, which waits before each answer. */
  async inBucket(from: Export, delayMs: number): Promise<Export> {
    const name = `${from.name}-s3-${delayMs}`
    this.#describe(name, JSON.parse(await this.#serve('s3', this.path(from.name), String(delayMs))), streamsOf(from))
    return { ...from, name }
  }

  async stopServers(): Promise<void> {
    const ended = this.#servers.map((server) => (server.exitCode === null ? once(server, 'exit') : undefined))
    for (const server of this.#servers) server.stdin?.end()
    this.#servers = []
    await Promise.all(ended)
  }

  /** The first line that the server prints. */
  async #serve(name: string, ...args: readonly string[]): Promise<string> {
    const script = join(ROOT, `bench/contenders/${name}.mjs`)
    const server = spawn('node', ['--import', 'tsx', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#servers.push(server)
    const [line] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])
    if (!(line instanceof Buffer)) throw new Error(`the server ${name} did not start`)
    return line.toString()
  }

  #describe(name: string, storage: object, streams: readonly string[]): void {
    writeFileSync(this.path(`${name}.json`), JSON.stringify({ storage }))
    writeFileSync(this.path(`${name}.catalog.json`), JSON.stringify({ streams: streams.map(configured) }))
  }

  #run(command: string): string {
    return execFileSync('bash', ['-c', command], { cwd: ROOT, env: this.environment, encoding: 'utf8' })
  }
}

/**
 * Nothing that Node.js or a library would look at: a shell that names certificates in NODE_EXTRA_CA_CERTS has Node.js 20
 * load them for 35 ms in each process, which is a third of what a read takes to start.
 */
const passedOn = (): NodeJS.ProcessEnv =>
  Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG'].map((name) => [name, process.env[name]]))

const streamsOf = ({ name }: Export): readonly string[] => (name.endsWith('-one') ? [ONE_STREAM] : STREAMS)

const configured = (name: string): object => ({
  stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
})

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.avro'))

export const readCommand = ({ name }: Export): string =>
  `node dist/main.js read --config $DATA/${name}.json --catalog $DATA/${name}.catalog.json`

export const contender = (name: string, ...args: readonly string[]): string =>
  ['node', `bench/contenders/${name}.mjs`, ...args].join(' ')

/** The files of an export, for a command line. */
export const filesOf = ({ name }: Export): string => `$(find $DATA/${name} -name '*.avro' | sort)`
