import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { objectGetter } from '../../../src/source/storage/s3_get.ts'

interface Sent {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query: Record<string, unknown>
  readonly headers: Record<string, string>
}

type Answers = (request: Sent) => { readonly statusCode: number; readonly body?: string }

/** A client that sends nothing, and what it would have sent. */
function clientOf(config: object, answers: Answers = () => ({ statusCode: 200 })) {
  const sent: Sent[] = []
  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAKEY', secretAccessKey: 'secret', sessionToken: 'token' },
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    requestHandler: {
      async handle(request: Sent) {
        sent.push(request)
        const { statusCode, body = '' } = answers(request)
        return { response: { statusCode, headers: { etag: '"e"' }, body: Readable.from([Buffer.from(body)]) } }
      },
    } as never,
    ...config,
  })
  return { client, sent }
}

const wanted = (Key: string, more: object = {}) => ({
  Bucket: 'exports',
  Key,
  Range: undefined,
  IfMatch: undefined,
  ...more,
})

/** What the service looks at. The signature covers the headers named in it, and the moment of signing. */
function essence({ method, protocol, hostname, port, path, query, headers }: Sent) {
  const of = (name: string) => headers[name]
  return {
    ...{ method, protocol, hostname, port, path, query },
    headers: ['host', 'range', 'if-match', 'x-amz-content-sha256', 'x-amz-security-token'].map(of),
    scope: /Credential=[^/]+\/\d+\/([^,]+)/.exec(headers['authorization'] ?? '')?.[1],
  }
}

const bySdk = ({ headers }: Sent): boolean => 'amz-sdk-invocation-id' in headers

const ascii = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const key = fc.oneof(ascii, fc.string({ unit: fc.constantFrom(...`/ !'()*+%=&?#~-._:@,;$[]"<>\\é😀`), minLength: 1 }))

for (const [name, config] of [
  ['a bucket of Amazon', {}],
  ['a bucket in China', { region: 'cn-north-1' }],
  ['a server of one’s own', { endpoint: 'http://127.0.0.1:9000', forcePathStyle: true }],
  ['a server behind a path', { endpoint: 'https://storage.example/s3', forcePathStyle: true }],
] as const)
  test(`asks for objects as the SDK does: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(key, fc.boolean(), async (key, isPart) => {
        const request = wanted(key, isPart ? { Range: 'bytes=5-9', IfMatch: '"e"' } : {})
        const { client, sent } = clientOf(config)
        const get = objectGetter(client)
        await get(request)
        await get(request)
        const [first, second] = sent
        if (!first || !second || sent.length !== 2) throw new Error('two requests were to be sent')
        expect([bySdk(first), bySdk(second)]).toEqual([true, false])
        expect(essence(second)).toEqual(essence(first))
      }),
      { numRuns: 50 },
    )
  })

test('another key is asked for in its own place', async () => {
  const { client, sent } = clientOf({})
  const get = objectGetter(client)
  await get(wanted('a/b'))
  await get(wanted('c d'))
  expect(sent.map(({ path }) => path)).toEqual(['/a/b', '/c%20d'])
})

test('what is no plain answer is asked for again through the SDK, which says what it means', async () => {
  let isGone = false
  const body = '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>'
  const { client, sent } = clientOf({}, () => (isGone ? { statusCode: 404, body } : { statusCode: 200 }))
  const get = objectGetter(client)
  await get(wanted('a'))
  isGone = true
  await expect(get(wanted('b'))).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect(sent.map(bySdk)).toEqual([true, false, true])
})

test('a server that has too much to do is asked once', async () => {
  let isBusy = false
  const { client, sent } = clientOf({}, () => ({ statusCode: isBusy ? 503 : 200 }))
  const get = objectGetter(client)
  await get(wanted('a'))
  isBusy = true
  await expect(get(wanted('b'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } })
  expect(sent.length).toBe(2)
})
