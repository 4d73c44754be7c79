import { expect, test } from '@jest/globals'
import { decodeAvro } from '../../../src/source/decode/avro.ts'
import { avroFile, long, text } from './avro-file.ts'
import { dataIn, decoded } from './decoded.ts'

const int = (type: string, logicalType: string, value: number | bigint, json: string) =>
  [{ type, logicalType }, long(value), json] as const
const decimal = (hex: string, scale: number | undefined, json: string) =>
  [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale }, text(Buffer.from(hex, 'hex')), json] as const

test.each([
  int('int', 'date', 0, '"1970-01-01"'),
  int('int', 'date', 20_179, '"2025-04-01"'),
  int('int', 'date', -719_528, '"0000-01-01"'),
  int('int', 'date', -719_529, '-719529'),
  int('int', 'date', 2_932_896, '"9999-12-31"'),
  int('int', 'date', 2_932_897, '2932897'),
  int('int', 'date', 2_147_483_647, '2147483647'),
  int('int', 'time-millis', 0, '"00:00:00.000"'),
  int('int', 'time-millis', 86_399_999, '"23:59:59.999"'),
  int('int', 'time-millis', 86_400_000, '86400000'),
  int('int', 'time-millis', -1, '-1'),
  int('long', 'time-micros', 61_000_001, '"00:01:01.000001"'),
  int('long', 'time-micros', 86_400_000_000, '86400000000'),
  int('long', 'timestamp-millis', 1_743_527_100_123, '"2025-04-01T17:05:00.123Z"'),
  int('long', 'timestamp-millis', -1, '"1969-12-31T23:59:59.999Z"'),
  int('long', 'timestamp-micros', -1, '"1969-12-31T23:59:59.999999Z"'),
  int('long', 'timestamp-nanos', 1_743_527_100_123_456_789n, '"2025-04-01T17:05:00.123456789Z"'),
  int('long', 'local-timestamp-millis', 1_743_527_100_123, '"2025-04-01T17:05:00.123"'),
  int('long', 'local-timestamp-micros', 0, '"1970-01-01T00:00:00.000000"'),
  int('long', 'local-timestamp-nanos', 0, '"1970-01-01T00:00:00.000000000"'),
  int('long', 'timestamp-millis', 9_223_372_036_854_775_807n, '9223372036854775807'),
  int('long', 'timestamp-micros', -9_223_372_036_854_775_808n, '-9223372036854775808'),
  // On a type it may not stand on, or unknown: the plain value.
  int('long', 'date', 9_007_199_254_740_993n, '9007199254740993'),
  int('int', 'timestamp-millis', 5, '5'),
  int('long', 'unknown', 9_223_372_036_854_775_807n, '9223372036854775807'),
  decimal('', 2, '"0.00"'),
  decimal('00', 0, '"0"'),
  decimal('7b', undefined, '"123"'),
  decimal('7b', 2, '"1.23"'),
  decimal('7b', 5, '"0.00123"'),
  decimal('ff', 1, '"-0.1"'),
  decimal('80', 1, '"-12.8"'),
  decimal('00ffffffffffffffff', 3, '"18446744073709551.615"'),
  decimal('7b', -1, '"ew=="'),
  decimal('7b', 1e9, '"ew=="'),
  [{ type: 'string', logicalType: 'uuid' }, text('Any-Text'), '"Any-Text"'],
  [
    { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
    Buffer.from('f47ac10b58cc4372a5670e02b2c3d479', 'hex'),
    '"f47ac10b-58cc-4372-a567-0e02b2c3d479"',
  ],
  [{ type: 'fixed', name: 'U', size: 1, logicalType: 'uuid' }, Buffer.from([1]), '"AQ=="'],
  [
    { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' },
    Buffer.from('0100000002000000ffffffff', 'hex'),
    '{"months":1,"days":2,"milliseconds":4294967295}',
  ],
  [{ type: 'fixed', name: 'D', size: 2, logicalType: 'duration' }, Buffer.from([1, 2]), '"AQI="'],
  [
    { type: 'fixed', name: 'N', size: 2, logicalType: 'decimal', precision: 4, scale: 2 },
    Buffer.from('ff9c', 'hex'),
    '"-1.00"',
  ],
] as readonly (readonly [object, Buffer, string])[])('%j %p is %s', async (type, bytes, json) => {
  const schema = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'value', type }] })
  const result = await decoded(decodeAvro, avroFile(schema, [{ count: 1, content: Buffer.concat([bytes]) }]))
  // A block without bytes could hold no event.
  expect(dataIn(result)).toEqual([`{"value":${json}}`])
})
