import { avroFile } from '../../../test/source/decode/avro-file.ts'
import type { Target } from '../target.ts'
import { oracleRecords, oracleType, saysTheSame } from './avro-oracle.ts'
import { check, checkSame, whole } from './check.ts'
import { outcomeOf } from './decode.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** A schema, a line feed, the number of records (one byte) and the records: so that mutation reaches the records. */
const input = (fields: readonly unknown[], count: number, records: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      JSON.stringify({ type: 'record', name: 'E', fields: fields.map((type, i) => ({ name: NAMES[i], type })) }),
    ),
    Buffer.from([0x0a, count]),
    hex(records),
  ])
const NAMES = ['id', 'time', 'a', 'b', 'c', 'd', 'e', 'f', 'g']
const nullable = (type: unknown) => ['null', type]

/**
 * The two ways from a block to lines (WebAssembly, and by way of values) agree, and avsc agrees with them. A policy that
 * covers every field and changes nothing makes the decoder take the way by values.
 */
export const avroBlock: Target = {
  name: 'avro-block',
  words: [
    ...'record fields name type array items map values union enum symbols fixed size null string int long float double boolean bytes namespace logicalType decimal __proto__ constructor'
      .split(' ')
      .map((name) => `"${name}"`),
    '"timestamp-millis"',
    '"doc":"[PII]",',
    '\n',
  ],
  seeds: () => [
    input(
      ['string', 'long', 'int', 'boolean', 'float', 'double', 'null'],
      1,
      '0461 62 8080808010 05 01 c3f54840 182d4454fb210940',
    ),
    input(
      [nullable('string'), nullable('int'), ['string', 'null'], nullable('boolean')],
      2,
      '020261 0206 00 02e9 00 0200 00 00 02 00',
    ),
    input(
      ['string', { type: 'array', items: 'string' }, nullable({ type: 'array', items: nullable('string') })],
      1,
      '0231 02 0261 00 02 04 00 020262 00',
    ),
    input(
      ['string', { type: 'map', values: 'int' }, 'bytes', { type: 'fixed', name: 'F', size: 3 }],
      1,
      '0231 02 0261 02 00 04ffff 010203',
    ),
    input(
      ['string', { type: 'enum', name: 'S', symbols: ['A', 'B'] }, ['null', 'int', 'string']],
      1,
      '0231 02 04 0278',
    ),
    input(
      ['string', { type: 'record', name: 'N', fields: [{ name: 'x', type: ['null', 'E'] }] }],
      1,
      '0231 02 0232 00',
    ),
    input(
      [
        'string',
        { type: 'long', logicalType: 'timestamp-millis' },
        { type: 'bytes', logicalType: 'decimal', precision: 5, scale: 2 },
      ],
      1,
      '0231 8080808010 04 0102',
    ),
    input(
      ['string', { type: 'int', logicalType: 'date' }, { type: 'long', logicalType: 'time-micros' }],
      1,
      '0231 d00f 02',
    ),
  ],
  async run(input) {
    const lineFeed = input.indexOf(0x0a)
    if (lineFeed < 0) return 'no schema'
    const schema = input.subarray(0, lineFeed).toString('utf8')
    const [count = 0, content] = [input[lineFeed + 1], input.subarray(lineFeed + 2)]
    const file = avroFile(schema, [{ count, content }])
    const fast = await outcomeOf('x.avro', whole(file), file.length)
    const slow = await outcomeOf('x.avro', whole(file), file.length, { personalData: KEEPING })
    // Names that Avro forbids are no trouble to the fast way.
    if (fast.error === '' && !slow.error.includes('makes no sense')) checkSame(slow, fast, 'both ways give the same')
    if (slow.error === '') checkOracle(schema, content, count, slow.data)
    return `${fast.error}/${slow.error}/${fast.counts.map(Math.sign).join()}`
  },
}

const KEEPING = { covers: () => true, replace: (value: string) => value }

function checkOracle(schema: string, content: Buffer, count: number, data: readonly object[]): void {
  const type = oracleType(schema)
  const records = type && oracleRecords(type, content, count)
  if (!type || !records || records.length !== data.length) return
  for (const [i, record] of records.entries())
    check(saysTheSame(type, record, data[i]), 'avsc reads the same', schema, record, data[i])
}
