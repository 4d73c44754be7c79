/** Writes what is made from src/config.ts and catalogs/: the specs, ready catalogues, and the types of events. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { eventTypes } from '../src/catalog.ts'
import { configuredCatalogs } from './generate/configured-catalogs.ts'
import { eventTypesSource } from './generate/event-types.ts'
import { destinationSpec, sourceSpec } from './generate/spec.ts'

const ROOT = new URL('../', import.meta.url)

function write(path: string, text: string): void {
  const url = new URL(path, ROOT)
  mkdirSync(new URL('.', url), { recursive: true })
  writeFileSync(url, text)
}

const types = [...eventTypes().values()]
write('spec.json', `${JSON.stringify(sourceSpec(), null, 2)}\n`)
write('spec.destination.json', `${JSON.stringify(destinationSpec(), null, 2)}\n`)
for (const [name, text] of configuredCatalogs(types)) write(`catalogs/configured/${name}`, text)
write('src/generated/events.ts', await eventTypesSource(types))
