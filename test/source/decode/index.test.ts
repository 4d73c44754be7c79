import { expect, test } from '@jest/globals'
import { decodeAvro } from '../../../src/source/decode/avro.ts'
import { decodeCustomHttp } from '../../../src/source/decode/custom-http.ts'
import { BrokenFileError, type Decode } from '../../../src/source/decode/decoder.ts'
import { decoderFor, readSchema } from '../../../src/source/decode/index.ts'
import { avroFile, inChunks } from './avro-file.ts'

test.each<[string, Decode | undefined]>([
  ['a/event_type=x/date=2025-04-01-17/f+0+1.avro', decodeAvro],
  ['f.AVRO', decodeAvro],
  ['f.json', decodeCustomHttp],
  ['f.json.gz', decodeCustomHttp],
  ['f.ndjson', decodeCustomHttp],
  ['f.jsonl.gz', decodeCustomHttp],
  ['f.avro.tmp', undefined],
  ['f.avro.gz', undefined],
  ['_SUCCESS', undefined],
  ['json', undefined],
])('the decoder for %s', (key, decode) => {
  expect(decoderFor(key)).toBe(decode)
})

const SCHEMA = {
  type: 'record',
  name: 'Open',
  namespace: 'dataexport.GCS.inner.users.messages.email',
  fields: [{ name: 'id', type: 'string' }],
}

test('reads the schema from the head of a file, and no more', async () => {
  let chunks = 0
  let isClosed = false
  async function* counted() {
    try {
      for await (const chunk of inChunks(
        avroFile(JSON.stringify(SCHEMA), [{ count: 1, content: Buffer.alloc(1e6) }], 'snappy'),
        [500],
      )) {
        chunks++
        yield chunk
      }
    } finally {
      isClosed = true
    }
  }
  expect(await readSchema(counted())).toEqual({
    schema: SCHEMA,
    eventType: 'users.messages.email.Open',
    codec: 'snappy',
  })
  expect([chunks, isClosed]).toEqual([1, true])
})

test('a head that is cut off is a broken file', async () => {
  const head = avroFile(JSON.stringify(SCHEMA), []).subarray(0, 50)
  await expect(readSchema(inChunks(head))).rejects.toThrow(BrokenFileError)
})
