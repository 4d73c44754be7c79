/** `write`, fed with events as long as the soak lasts: webhook requests of a hundred, a thousandth of them refused. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS_PER_SECOND, type Load, type Outcome } from './load.ts'
import { faultyService } from './service.ts'
import { type Watched, watch } from './watched.ts'

const STREAM = 'users.messages.email.Click'
const EVENTS_OF_A_STATE = 200
const BAD_EVERY = 1000

export async function writeLoad({ durationMs, probeMs, folder, seed }: Load): Promise<Outcome> {
  const service = await faultyService(seed)
  const file = (name: string, value: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }
  const config = file('write.json', {
    destination: { service: 'rudderstack', data_plane_url: service.url, write_key: 'key', delivery: 'webhook' },
    limits: { max_events_per_second: EVENTS_PER_SECOND },
    object_storage_config: { storage_type: 'Local', bucket_path: join(folder, 'rejected') },
  })
  const watched = watch(['write', '--config', config, '--catalog', file('catalog.json', CATALOG)], probeMs)
  const feeding = feed(watched, Date.now() + durationMs)
  const states = await statesIn(watched.lines)
  const [code, made] = [await watched.ended, await feeding]
  await service.close()
  const { requests, faults, kept, others } = service.counts
  const good = made.events - made.bad
  const problems = [
    ...(code === 0 ? [] : [`it ended with ${code}: ${watched.stderr()}`]),
    ...(kept === good ? [] : [`${good - kept} events are lost`]),
    ...(states === made.states ? [] : [`${made.states} states went in, ${states} came back`]),
  ]
  const summary = `write: ${made.events} events, ${made.bad} of them refused, in ${requests} requests, ${faults} of which failed; ${kept} arrived, ${others} copies with them; ${states} states came back`
  return { samples: watched.samples, summary, problems }
}

const CATALOG = {
  streams: [{ stream: { name: STREAM, json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
}

async function feed({ stdin, ended }: Watched, until: number) {
  const made = { events: 0, bad: 0, states: 0 }
  const gone = ended.then(() => true)
  while (Date.now() < until && stdin.writable) {
    let text = ''
    for (let i = 0; i < EVENTS_OF_A_STATE; i++) {
      const isBad = made.events % BAD_EVERY === BAD_EVERY - 1
      if (isBad) made.bad++
      text += recordLine(made.events++, isBad)
    }
    made.states++
    if (!stdin.write(`${text}${stateLine(made.states)}`)) await Promise.race([once(stdin, 'drain'), gone])
  }
  stdin.end()
  return made
}

function recordLine(number: number, isBad: boolean): string {
  const data = {
    id: `e${number}`,
    time: 1_700_000_000 + number,
    user_id: `braze-${number}`,
    external_user_id: `customer-${number}`,
    email_address: `customer-${number}@example.com`,
    url: isBad ? 'bad' : `https://example.com/${'x'.repeat(number % 300)}`,
  }
  return `${JSON.stringify({ type: 'RECORD', record: { stream: STREAM, data, emitted_at: 1 } })}\n`
}

const stateLine = (id: number): string =>
  `${JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: STREAM }, stream_state: { id } }, id },
  })}\n`

async function statesIn(lines: AsyncIterable<string>): Promise<number> {
  let states = 0
  for await (const line of lines) if (line.startsWith('{"type":"STATE"')) states++
  return states
}
