import { readFile } from 'node:fs/promises'
import { runProcess } from '../../../src/cdk/process.ts'

const entry = {
  name: 'source-squares',
  role: 'source',
  spec: async () => JSON.parse(await readFile(new URL('source-squares.spec.json', import.meta.url), 'utf8')),
  load: async () => (await import('./source-squares.ts')).source,
} as const

await runProcess(entry, process.argv.slice(2))
