import avro from 'avsc'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import { readSchema } from '../../../src/source/decode/index.ts'
import { avroFile, long } from '../../../test/source/decode/avro-file.ts'
import type { Target } from '../target.ts'
import { check, checkSame, inChunks, whole } from './check.ts'
import { outcomeOf } from './decode.ts'

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Open',
  namespace: 'dataexport.S3.inner.users.messages.email',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'time', type: 'int' },
    { name: 'tags', type: { type: 'map', values: 'string' }, default: {} },
  ],
})
const RECORD = Buffer.concat([
  Buffer.from('\x0aabcde'),
  long(1_700_000_000),
  long(1),
  Buffer.from('\x02k\x02v'),
  long(0),
])
const BLOCK = { count: 1, content: RECORD }

/** A container of any bytes is read as far as it is whole; where avsc reads it too, both find as many records. */
export const avroContainer: Target = {
  name: 'avro-file',
  words: [
    'Obj\x01',
    'avro.schema',
    'avro.codec',
    '\x14avro.codec\x0edeflate',
    '\x0csnappy',
    '\x12zstandard',
    '\x0abzip2',
    '0123456789abcdef',
  ],
  seeds: () => [
    avroFile(SCHEMA, [BLOCK]),
    avroFile(SCHEMA, [BLOCK, { count: 2, content: Buffer.concat([RECORD, RECORD]) }], 'null'),
    ...['deflate', 'snappy', 'zstandard'].map((codec) => avroFile(SCHEMA, [BLOCK, BLOCK], codec)),
    avroFile(SCHEMA, []),
  ],
  async run(input) {
    const found = await outcomeOf('x.avro', whole(input), input.length)
    const cut = await outcomeOf('x.avro', inChunks(input), input.length)
    checkSame(cut, found, 'chunks make no difference')
    const longer = await outcomeOf('x.avro', whole(input), input.length + 1)
    check(longer.error !== '', 'fewer bytes than listed are an error')
    const schema = await schemaOf(input)
    if (found.error === '') {
      check(schema !== undefined, 'a file that can be read has a schema')
      const count = await countByAvsc(input)
      if (count !== undefined) check(count === found.counts[1], 'avsc finds as many records', count, found.counts)
    }
    return `${found.error} ${found.counts.map(Math.sign).join()}`
  },
}

async function schemaOf(input: Buffer) {
  try {
    return await readSchema(whole(input))
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error
    return undefined
  }
}

/** Undefined where avsc fails. It is asked for whole files only: on damaged ones it may never end. */
function countByAvsc(input: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    let count = 0
    const decoder = new avro.streams.BlockDecoder()
    decoder
      .on('error', () => resolve(undefined))
      .on('data', () => count++)
      .on('end', () => resolve(count))
    decoder.end(input)
  })
}
