import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { ConfigError } from '../../src/cdk/errors.ts'
import { validate } from '../../src/cdk/validate.ts'

const Config = z.object({
  storage: z.discriminatedUnion('provider', [
    z.object({ provider: z.literal('local'), path: z.string().min(1) }),
    z.object({ provider: z.literal('s3'), bucket: z.string().min(3).max(5) }),
  ]),
  mode: z.enum(['fast', 'safe']).optional(),
  count: z.number().int().min(1).max(9).optional(),
  flag: z.boolean().optional(),
  url: z.url().optional(),
  code: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  date: z
    .string()
    .refine(() => false, 'must be a date that exists')
    .optional(),
  either: z.union([z.string(), z.number()]).optional(),
  routes: z
    .array(z.strictObject({ key: z.string() }))
    .min(1)
    .optional(),
})
const storage = { provider: 'local', path: '/data' }

test('gives what the schema makes of a value', () => {
  expect(validate(Config, { storage, count: 3 }, 'The configuration')).toEqual({ storage, count: 3 })
})

const SECRET = 's3cr3t'
test.each([
  [{}, 'storage: required.'],
  [[], 'at its top: must be an object.'],
  [{ storage: { provider: SECRET } }, 'storage.provider: must be "local" or "s3".'],
  [{ storage: {} }, 'storage.provider: required: "local" or "s3".'],
  [{ storage: { provider: 'local' } }, 'storage.path: required.'],
  [{ storage: { provider: 'local', path: '' } }, 'storage.path: must not be empty.'],
  [{ storage: { provider: 'local', path: [SECRET] } }, 'storage.path: must be a text.'],
  [{ storage: { provider: 's3', bucket: SECRET } }, 'storage.bucket: must have at most 5 characters.'],
  [{ storage: { provider: 's3', bucket: 'ab' } }, 'storage.bucket: must have at least 3 characters.'],
  [{ storage, mode: SECRET }, 'mode: must be "fast" or "safe".'],
  [{ storage, count: SECRET }, 'count: must be a number.'],
  [{ storage, count: 1.5 }, 'count: must be a whole number.'],
  [{ storage, count: 10 }, 'count: must be at most 9.'],
  [{ storage, flag: SECRET }, 'flag: must be true or false.'],
  [{ storage, url: SECRET }, 'url: must be a valid url.'],
  [{ storage, code: SECRET }, 'code: must match /^[a-z]+$/.'],
  [{ storage, date: SECRET }, 'date: must be a date that exists.'],
  [{ storage, either: [SECRET] }, 'either: must be a text, or must be a number.'],
  [{ storage, routes: [] }, 'routes: must have at least 1 items.'],
  [{ storage, routes: [{ key: 'a' }, {}] }, 'routes[1].key: required.'],
  [{ storage, routes: [{ key: 'a', extra: SECRET }] }, 'routes[0]: must not have "extra".'],
  [{ mode: SECRET, storage: { provider: 'local' } }, 'storage.path: required. mode: must be "fast" or "safe".'],
])('says where %j is wrong and what would be right', (value, sentence) => {
  const parse = () => validate(Config, value, 'The configuration')
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow(`The configuration is wrong. ${sentence}`)
  expect(parse).not.toThrow(SECRET)
})
