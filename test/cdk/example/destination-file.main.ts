import { readFile } from 'node:fs/promises'
import { runProcess } from '../../../src/cdk/process.ts'

const entry = {
  name: 'destination-file',
  role: 'destination',
  spec: async () => JSON.parse(await readFile(new URL('destination-file.spec.json', import.meta.url), 'utf8')),
  load: async () => (await import('./destination-file.ts')).destination,
} as const

await runProcess(entry, process.argv.slice(2))
