/** What one would write first: avsc's file decoder, JSON.stringify, one write a record. Arguments: Avro files. */
import { once } from 'node:events'
import avro from 'avsc'

for (const file of process.argv.slice(2)) {
  const stream = /event_type=([^/]+)/.exec(file)?.[1]
  for await (const data of avro.createFileDecoder(file)) {
    const line = JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: Date.now() } })
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
  }
}
