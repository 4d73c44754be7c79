import { open } from 'node:fs/promises'
import * as z from 'zod'
import { bytesOf } from '../../../src/cdk/bytes.ts'
import type { Destination } from '../../../src/cdk/connector.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { writeRaw } from '../../../src/cdk/raw-object.ts'
import { readMessages } from '../../../src/cdk/read-lines.ts'
import { stateLine } from '../../../src/cdk/state-line.ts'

const Config = z.object({ path: z.string().min(1), password: z.string().optional() })
type Config = z.infer<typeof Config>

const openFile = (path: string) =>
  open(path, 'a').catch((cause) => {
    throw new ConfigError(`The file "${path}" cannot be written to. Check its folder and permissions.`, { cause })
  })

export const destination: Destination<Config> = {
  role: 'destination',
  config: Config,
  async check({ path }) {
    await (await openFile(path)).close()
  },
  async discover() {
    return { operations: [{ object_name: 'line', sync_mode: 'append', json_schema: { type: 'object' } }] }
  },
  async *write({ path }, _catalog, input) {
    const file = await openFile(path)
    const counts = new Map<string, number>()
    for await (const messages of readMessages(input)) {
      for (const message of messages) {
        if (message.type === 'UNREADABLE') {
          if (message.isRecord) throw new Error('A record could not be read.')
        } else if (message.type === 'RECORD') {
          await file.write(bytesOf(`${writeRaw(message.data)}\n`))
          counts.set(message.stream, (counts.get(message.stream) ?? 0) + 1)
        } else {
          await file.sync()
          const streams = message.streams.length > 0 ? message.streams.map(({ name }) => name) : [...counts.keys()]
          const recordCount = streams.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0)
          for (const name of streams) counts.delete(name)
          yield stateLine(message, { recordCount, rejectedRecordCount: 0 })
        }
      }
    }
    await file.close()
  },
}
