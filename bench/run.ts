/**
 * `npm run bench [-- --events N] [--pairs N] [--only read,write,…]`: makes its own data, runs ours and each contender in
 * turn as whole processes, and prints what each cost and the ratio, pair by pair: the machine may drift between pairs,
 * hardly within one.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { type Cost, measure } from './measure.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAIN = join(ROOT, 'dist/main.js')
const contender = (name: string): string => `node --no-warnings ${join(ROOT, 'bench/contenders', `${name}.mjs`)}`

/** The types that make up most of a real export. */
const STREAMS = [
  'users.messages.email.Open',
  'users.messages.email.Send',
  'users.messages.email.Delivery',
  'users.messages.pushnotification.Send',
  'users.behaviors.CustomEvent',
  'users.behaviors.Purchase',
  'users.messages.contentcard.Impression',
].join()

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: '3' },
    only: { type: 'string', default: 'read,pipe,deflate,small,write,segment,rudder,sync' },
  },
})
const events = Number(values.events)
const pairs = Number(values.pairs)

interface Comparison {
  readonly name: string
  readonly ours: string
  readonly theirs: string
  readonly label: string
  /** Events that each side handles. */
  readonly events: number
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
try {
  console.log(`${cpus()[0]?.model}, ${cpus().length} processors, Node ${process.version}, ${events} events\n`)
  const table = new Table({
    head: ['', 'ours CPU s', 'events/CPU s', 'MB', 'other', 'CPU s', 'MB', 'ours/other CPU (min–max)', 'wall'],
  })
  const sinks: ChildProcess[] = []
  for (const { name, ours, theirs, label, events } of await comparisons(sinks)) {
    const costs: (readonly [Cost, Cost])[] = []
    for (let pair = 0; pair < pairs; pair++) costs.push([await measure(ours), await measure(theirs)])
    table.push(rowOf(name, label, events, costs))
    console.error(`measured: ${name}\n  ours:  ${ours}\n  other: ${theirs}`)
  }
  for (const sink of sinks) sink.stdin?.end()
  console.log(table.toString())
} finally {
  rmSync(folder, { recursive: true })
}

function rowOf(name: string, label: string, events: number, costs: readonly (readonly [Cost, Cost])[]): string[] {
  const of = (side: 0 | 1, key: keyof Cost) => median(costs.map((pair) => pair[side][key]))
  const ratios = costs.map(([ours, theirs]) => ours.cpuSeconds / theirs.cpuSeconds).sort((a, b) => a - b)
  const walls = median(costs.map(([ours, theirs]) => ours.wallSeconds / theirs.wallSeconds))
  const show = (ratio: number | undefined) =>
    ratio && ratio < 1 ? `1/${(1 / ratio).toFixed(1)}` : `${ratio?.toFixed(2)}`
  return [
    name,
    of(0, 'cpuSeconds').toFixed(2),
    Math.round(events / of(0, 'cpuSeconds')).toLocaleString('en'),
    of(0, 'peakMegabytes').toFixed(0),
    label,
    of(1, 'cpuSeconds').toFixed(2),
    of(1, 'peakMegabytes').toFixed(0),
    `${show(median(ratios))} (${show(ratios[0])}–${show(ratios.at(-1))})`,
    show(walls),
  ]
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

async function comparisons(sinks: ChildProcess[]): Promise<readonly Comparison[]> {
  const only = new Set(values.only.split(','))
  const plain = sample('null', events)
  const readOurs = `node ${MAIN} read --config ${plain.config} --catalog ${plain.catalog}`
  const readNaive = `${contender('read-naive')} ${plain.files}`
  const found: Comparison[] = []
  const compare = (key: string, comparison: () => Comparison): void => {
    if (only.has(key)) found.push(comparison())
  }
  compare('read', () => ({
    name: 'read, to a file',
    ours: `${readOurs} > ${folder}/out`,
    theirs: `${readNaive} > ${folder}/out`,
    label: 'naive',
    events,
  }))
  compare('pipe', () => ({
    name: 'read, through a pipe',
    ours: `${readOurs} | cat > /dev/null`,
    theirs: `${readNaive} | cat > /dev/null`,
    label: 'naive',
    events,
  }))
  compare('deflate', () => {
    const deflated = sample('deflate', events)
    const ours = `node ${MAIN} read --config ${deflated.config} --catalog ${deflated.catalog} > ${folder}/out`
    return {
      name: 'read, deflate',
      ours,
      theirs: `${contender('inflate')} ${deflated.files}`,
      label: 'inflation alone',
      events,
    }
  })
  compare('small', () => {
    const count = Math.min(events, 200_000)
    const small = sample('null', count, 50)
    const ours = `node ${MAIN} read --config ${small.config} --catalog ${small.catalog} > ${folder}/out`
    return {
      name: 'read, files of 50',
      ours,
      theirs: `${contender('read-naive')} ${small.files} > ${folder}/out`,
      label: 'naive',
      events: count,
    }
  })
  if (!['write', 'segment', 'rudder', 'sync'].some((key) => only.has(key))) return found
  const url = await sink(sinks)
  const config = destination(url)
  const lines = join(folder, 'lines.jsonl')
  execFileSync('bash', ['-c', `${readOurs} > ${lines}`])
  const writeOurs = (input: string) =>
    `node ${MAIN} write --config ${config} --catalog ${plain.catalog} < ${input} > /dev/null`
  const first = (count: number): string => {
    const file = join(folder, `lines-${count}.jsonl`)
    execFileSync('bash', ['-c', `grep '"type":"RECORD"' ${lines} | head -n ${count} > ${file}`])
    return file
  }
  compare('write', () => ({
    name: 'write',
    ours: writeOurs(lines),
    theirs: `${contender('write-naive')} ${url} < ${lines}`,
    label: 'readline, parse, axios',
    events,
  }))
  compare('segment', () => {
    const count = Math.min(events, 60_000)
    return {
      name: 'write',
      ours: writeOurs(first(count)),
      theirs: `${contender('segment-sdk')} ${url} < ${first(count)}`,
      label: 'analytics-node',
      events: count,
    }
  })
  compare('rudder', () => {
    const count = Math.min(events, 15_000)
    return {
      name: 'write',
      ours: writeOurs(first(count)),
      theirs: `${contender('rudder-sdk')} ${url} < ${first(count)}`,
      label: 'rudder-sdk-node',
      events: count,
    }
  })
  compare('sync', () => ({
    name: 'sync',
    ours: `rm -f ${folder}/state; node ${MAIN} sync --source-config ${plain.config} --destination-config ${config} --catalog ${plain.catalog} --state ${folder}/state > /dev/null 2>&1`,
    theirs: writeOurs(lines),
    label: 'our write alone',
    events,
  }))
  return found
}

interface Sample {
  readonly config: string
  readonly catalog: string
  /** The Avro files, for a command line. */
  readonly files: string
}

function sample(codec: string, count: number, eventsPerFile?: number): Sample {
  const out = join(folder, `${codec}-${eventsPerFile ?? ''}`)
  mkdirSync(out)
  const size = eventsPerFile ? ['--events-per-file', String(eventsPerFile)] : []
  execFileSync('node', [
    MAIN,
    'sample',
    '--out',
    out,
    '--events',
    String(count),
    '--streams',
    STREAMS,
    '--format',
    'avro',
    '--codec',
    codec,
    '--seed',
    '1',
    ...size,
  ])
  const config = `${out}.config.json`
  writeFileSync(config, JSON.stringify({ storage: { provider: 'local', path: out } }))
  const catalog = `${out}.catalog.json`
  const streams = STREAMS.split(',').map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  }))
  writeFileSync(catalog, JSON.stringify({ streams }))
  return { config, catalog, files: `$(find ${out} -name '*.avro' | sort)` }
}

function destination(url: string): string {
  const file = join(folder, 'destination.json')
  writeFileSync(file, JSON.stringify({ destination: { service: 'segment', write_key: 'key', endpoint: url } }))
  return file
}

async function sink(sinks: ChildProcess[]): Promise<string> {
  const child = spawn('node', [join(ROOT, 'bench/contenders/sink.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] })
  sinks.push(child)
  const [port] = await once(child.stdout, 'data')
  return `http://127.0.0.1:${String(port).trim()}`
}
