/**
 * Writes what the headers of Avro files tell into the catalogue: `npm run import-avro -- FILE_OR_FOLDER…`.
 *
 * New event types get a file, known ones new fields and changed Avro types. Of the texts in a header only the tag [PII]
 * is used: descriptions are for a person to write.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import avro from 'avsc'
import { Command } from 'commander'
import { z } from 'zod'
import { AvroRecord, eventTypeOfSchema } from '../src/catalog/avro.ts'
import type { EventType } from '../src/catalog.ts'
import { ConfigError } from '../src/cdk/errors.ts'
import { type Change, described, merge } from './import-avro/merge.ts'

/** Updates the catalogue in `folder` from all files below `paths`. Gives the lines of a report. */
export function importAvro(paths: readonly string[], folder: string): readonly string[] {
  const lines = paths.flatMap(avroFiles).flatMap((file) => importFile(file, folder))
  return lines.length > 0 ? [...lines, 'Now run: npm run generate'] : ['Nothing is new.']
}

const avroFiles = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.avro'))
        .sort()
        .map((name) => join(path, name))
    : [path]

function importFile(path: string, folder: string): readonly string[] {
  const schema = schemaOf(path)
  const event_type = eventTypeOfSchema(schema)
  const file = join(folder, `${event_type}.json`)
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as EventType) : undefined
  const { properties, changes } = merge(known?.schema.properties ?? {}, schema)
  if (changes.length === 0) return []
  const content = { ...(known ?? described(event_type)), schema: { ...(known?.schema ?? RECORD), properties } }
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
  return report(event_type, known === undefined, changes)
}

const RECORD = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {},
  required: ['id', 'time'],
  additionalProperties: true,
}

/** What may become a file name. */
const Name = z.string().regex(/^\w+(\.\w+)*$/)

function schemaOf(path: string): AvroRecord {
  try {
    return AvroRecord.extend({ name: Name, namespace: Name }).parse(avro.extractFileHeader(path)?.meta['avro.schema'])
  } catch (cause) {
    throw new ConfigError(`${path} has no header of an Avro record. Give files of a Currents export.`, { cause })
  }
}

function report(event_type: string, isNew: boolean, changes: readonly Change[]): readonly string[] {
  const added = changes.filter(({ sign }) => sign === '+').map(({ field }) => field)
  return [
    isNew ? `${event_type} (new)` : event_type,
    ...changes.map(({ sign, field, note }) => `  ${sign} ${field}  ${note}`),
    ...(isNew ? ['  Write a title, a description, the category and the Segment names.'] : []),
    ...(added.length > 0 ? [`  Describe ${added.join(', ')} in catalogs/${event_type}.json.`] : []),
  ]
}

function main(): void {
  const { args } = new Command('import-avro')
    .description('Writes what the headers of Avro files tell into catalogs/.')
    .argument('<file_or_folder...>')
    .parse()
  try {
    console.log(
      importAvro(
        args.map((path) => resolve(path)),
        fileURLToPath(new URL('../catalogs', import.meta.url)),
      ).join('\n'),
    )
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
