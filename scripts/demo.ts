/**
 * `npm run demo`: a sample export, delivered as Segment and as RudderStack calls to collectors on this machine. Needs no
 * network and no account; everything stays in the folder `demo`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { eventTypes } from '../src/catalog.ts'
import { countText } from '../src/cdk/counts.ts'
import { type Collector, type CollectorService, startCollector } from '../src/local/collector/collector.ts'
import { bytesText } from '../src/local/format.ts'
import { type SampleReport, sampleExport } from '../src/local/sample/sample.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EVENTS = 20_000
const HOURS = 3
const WRITE_KEY = 'demo-write-key'
const SHOWN = 'users.messages.email.Click,users.behaviors.CustomEvent'

process.chdir(ROOT)
rmSync('demo', { recursive: true, force: true })
mkdirSync('demo')

title(`A Currents export of ${countText(EVENTS)} made-up events, every event type, ${HOURS} hours`)
const sample = await sampleExport({ out: 'demo/export', events: EVENTS, hours: HOURS, format: 'both' })
say(
  `${countText(sample.files)} files (${bytesText(sample.bytes)}) in demo/export; ${sample.duplicates} events are in it twice.`,
)
writeJson('demo/source.json', { storage: { provider: 'local', path: 'demo/export' } })

await deliver('segment', 'Segment', 'endpoint', (type) => eventTypes().get(type)?.segment_names.default ?? type)
await deliver('rudderstack', 'RudderStack', 'data_plane_url', (type) => type)

title('Two events: as Braze exported them, and as they were sent to Segment')
await cli(
  'preview',
  '--source-config',
  'demo/source.json',
  '--destination-config',
  'demo/segment.json',
  '--streams',
  SHOWN,
  '--limit',
  '1',
)

title('What lies in the folder demo')
for (const [files, what] of [
  ['export/', 'the export'],
  ['source.json, segment.json, rudderstack.json', 'the configurations'],
  ['segment.jsonl, rudderstack.jsonl', 'what the collectors received, an event a line'],
  ['segment-state.json, rudderstack-state.json', 'how far each sync has come'],
] as const)
  say(`${files.padEnd(44)} ${what}`)
say('\nWith your own export: docs/first-ten-minutes.md')

async function deliver(
  service: CollectorService,
  name: string,
  address: string,
  nameOf: (eventType: string) => string,
): Promise<void> {
  const collector = await startCollector({ service, writeKeys: [WRITE_KEY], out: `demo/${service}.jsonl` })
  try {
    writeJson(`demo/${service}.json`, { destination: { service, write_key: WRITE_KEY, [address]: collector.url } })
    const files = ['--source-config', 'demo/source.json', '--destination-config', `demo/${service}.json`]
    title(`Delivered to a collector that keeps to ${name}'s rules`)
    await cli('sync', ...files, '--state', `demo/${service}-state.json`)
    compare(collector, sample, nameOf)
    title('The same once more: nothing is new')
    await cli('sync', ...files, '--state', `demo/${service}-state.json`)
  } finally {
    await collector.close()
  }
}

/** The collector has counted for itself: its numbers must be those of the export. */
function compare(collector: Collector, { types, unique }: SampleReport, nameOf: (eventType: string) => string): void {
  const expected = new Map<string, number>()
  for (const [type, counts] of Object.entries(types)) {
    expected.set(nameOf(type), (expected.get(nameOf(type)) ?? 0) + counts.unique)
  }
  const stats = collector.stats()
  const wrong = [...expected].filter(([name, count]) => stats.events[name] !== count)
  if (wrong.length > 0 || stats.unique !== unique || Object.keys(stats.dropped).length > 0) {
    throw new Error(`The collector counted otherwise: ${JSON.stringify({ wrong, stats })}`)
  }
  say(
    `The collector counted ${countText(stats.unique)} events of ${expected.size} names: exactly those of the export, none lost.`,
  )
}

/** Runs the command line as a person would. */
async function cli(...args: readonly string[]): Promise<void> {
  say(`$ node dist/main.js ${args.join(' ')}`)
  const child = spawn(process.execPath, ['dist/main.js', ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${args[0]} ended with exit code ${code}.`)
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

function title(text: string): void {
  say(`\n■ ${text}\n`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
