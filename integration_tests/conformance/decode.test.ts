/** Every Avro sample of Braze's gives the record that its JSON sample holds, and the one that Custom HTTP would give. */
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { eventTypes } from '../../src/catalog.ts'
import { valueWriter } from '../../src/source/decode/avro-values.ts'
import { openContainer } from '../../src/source/decode/container.ts'
import type { DecodedBlock, DecodeOptions } from '../../src/source/decode/decoder.ts'
import { decoderFor, eventTypesIn, readSchema } from '../../src/source/decode/index.ts'
import { awaited } from '../../src/source/decode/waiting.ts'
import { readShared, sharedFiles, sharedPath } from './shared.ts'

const SAMPLES = 'currents/samples'
const pathOf = (name: string): string => sharedPath(`${SAMPLES}/${name}`)

type Data = Readonly<Record<string, unknown>>

const optionsFor = (stream: string): DecodeOptions => ({ stream, extra: '', emittedAt: 1, skip: 0 })

function recordsIn(blocks: readonly DecodedBlock[]): readonly Data[] {
  const lines = Buffer.concat(blocks.map(({ bytes }) => bytes)).toString('utf8')
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).record.data)
}

async function decode(name: string, stream: string): Promise<readonly Data[]> {
  const path = pathOf(name)
  const blocks: DecodedBlock[] = []
  const decoder = decoderFor(name)
  if (!decoder) throw new Error(`no decoder for ${name}`)
  const steps = decoder(createReadStream(path), statSync(path).size, optionsFor(stream))
  for await (const block of awaited(steps)) blocks.push(block)
  return recordsIn(blocks)
}

/** The way that files with nested types go, which Braze's do not take. */
async function decodeByValues(name: string, stream: string): Promise<readonly Data[]> {
  const { header, blocks } = await openContainer(createReadStream(pathOf(name)), 0)
  const jsonField = Object.entries(eventTypes().get(stream)?.schema.properties ?? {}).find(([, f]) => f.json_in_string)
  const write = valueWriter(header.schema, optionsFor(stream), jsonField?.[0])
  const written: DecodedBlock[] = []
  for await (const atHand of blocks) written.push(...write(atHand.blocks, 0))
  return recordsIn(written)
}

/** avro-tools names the branch of a union, and writes a float as the double that it is. */
const fromAvroTools = (stream: string, sample: Data): Data =>
  Object.fromEntries(
    Object.entries(sample).flatMap(([name, tagged]) => {
      if (tagged === null) return []
      const value = untagged(tagged)
      const isText = eventTypes().get(stream)?.schema.properties[name]?.json_in_string
      return [[name, isText ? JSON.parse(String(value)) : value]]
    }),
  )

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged)
  return typeof value === 'object' && value !== null ? untagged(Object.values(value)[0]) : value
}

/** The 32-bit number that a decimal stands for. */
const widened = (data: Data): Data =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isInteger(value) ? Math.fround(value) : value,
    ]),
  )

/** Some fields are in one export only: the catalogue says which. */
const onBothSides = (stream: string, data: Data): Data =>
  Object.fromEntries(
    Object.entries(data).filter(([name]) => {
      const field = eventTypes().get(stream)?.schema.properties[name]
      return field !== undefined && field.custom_http !== null && field.avro !== null
    }),
  )

describe('the samples', () => {
  const avroFiles = readdirSync(pathOf('avro')).sort()
  const httpFiles = sharedFiles(`${SAMPLES}/custom_http`)

  test('are 94 of Avro and 93 of Custom HTTP', () => {
    expect([avroFiles.length, httpFiles.length]).toEqual([94, 93])
  })

  for (const file of avroFiles) {
    const stream = basename(file, '.avro')
    test(`${file} gives its JSON sample`, async () => {
      const records = await decode(`avro/${file}`, stream)
      const sample = readShared(`${SAMPLES}/json/${stream}.json`) as Data
      expect(records.map(widened)).toEqual([widened(fromAvroTools(stream, sample))])
      expect(await decodeByValues(`avro/${file}`, stream)).toEqual(records)
    })

    test(`${file} names its event type`, async () => {
      const { eventType, codec } = await readSchema(createReadStream(pathOf(`avro/${file}`)))
      expect({ eventType, codec }).toEqual({ eventType: stream, codec: 'null' })
    })
  }

  for (const file of httpFiles) {
    const name = file.slice(SAMPLES.length + 1)
    test(`${name} gives the record of the Avro sample`, async () => {
      const types = await eventTypesIn(createReadStream(pathOf(name)), statSync(pathOf(name)).size)
      expect(types.size).toBe(1)
      const [stream = ''] = types
      const records = await decode(name, stream)
      expect(records).toHaveLength(1)
      if (!avroFiles.includes(`${stream}.avro`)) return
      const fromAvro = await decode(`avro/${stream}.avro`, stream)
      expect(records.map((data) => onBothSides(stream, data))).toEqual(
        fromAvro.map((data) => onBothSides(stream, data)),
      )
    })
  }
})
