import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Get, Origin } from '../../../src/source/storage/connections/connections.ts'
import type { Incoming } from '../../../src/source/storage/incoming.ts'
import type { Part } from '../../../src/source/storage/opener.ts'
import { objectGetter } from '../../../src/source/storage/s3_get.ts'

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string>
  readonly headers: Record<string, string>
  readonly origin: Origin
}

type Answers = () => { readonly status: number; readonly body?: string }

/** A getter that sends nothing, and what it would have sent: through the SDK, and by itself. */
function getterOf(config: object, answers: Answers = () => ({ status: 200 })) {
  const bySdk: Sent[] = []
  const byUs: Sent[] = []
  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAKEY', secretAccessKey: 'secret', sessionToken: 'token' },
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    requestHandler: {
      async handle(request: Sent & Origin) {
        const { protocol, hostname, port } = request
        bySdk.push({ ...request, origin: { protocol, hostname, port } })
        const { status, body = '' } = answers()
        return { response: { statusCode: status, headers: { etag: '"e"' }, body: Readable.from([Buffer.from(body)]) } }
      },
    } as never,
    ...config,
  })
  const connect = ({ protocol, hostname, port }: Origin) => ({
    async get({ path, headers }: Get) {
      const [name = '', asked] = path.split('?')
      const query = Object.fromEntries(new URLSearchParams(asked))
      byUs.push({
        method: 'GET',
        path: name,
        query,
        headers: { ...headers },
        origin: { protocol, hostname, port },
      })
      const { status } = answers()
      return { status, body: status === 200 ? EMPTY : undefined }
    },
    close() {},
  })
  const { get } = objectGetter(client, 'exports', connect)
  return { get: (part: Part) => get(part, { check: () => {}, take: () => true }), bySdk, byUs }
}

const EMPTY: Incoming = { over: Promise.resolve(), resume() {}, destroy() {} }

const wanted = (key: string, more: Partial<Part> = {}): Part => ({ key, bytes: undefined, version: undefined, ...more })

/** What the service looks at. The signature covers the headers named in it, and the moment of signing. */
function essence({ method, path, query, headers, origin }: Sent) {
  const of = (name: string) => headers[name]
  return {
    ...{ method, path, query, origin },
    headers: ['host', 'range', 'if-match', 'x-amz-content-sha256', 'x-amz-security-token'].map(of),
    scope: /Credential=[^/]+\/\d+\/([^,]+)/.exec(headers['authorization'] ?? '')?.[1],
  }
}

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
        const part = wanted(key, isPart ? { bytes: { start: 5, end: 10 }, version: '"e"' } : {})
        const { get, bySdk, byUs } = getterOf(config)
        await get(part)
        await get(part)
        const [[first, ...more], [second, ...others]] = [bySdk, byUs]
        if (!first || !second) throw new Error('one request each was to be sent')
        expect([...more, ...others]).toEqual([])
        expect(essence(second)).toEqual(essence(first))
      }),
      { numRuns: 50 },
    )
  })

test('another key is asked for in its own place', async () => {
  const { get, bySdk, byUs } = getterOf({})
  for (const key of ['a/b', 'c d', 'e']) await get(wanted(key))
  expect([bySdk, byUs].map((sent) => sent.map(({ path }) => path))).toEqual([['/a/b'], ['/c%20d', '/e']])
})

test('what is no plain answer is asked for again through the SDK, which says what it means', async () => {
  let isGone = false
  const body = '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>'
  const { get, bySdk, byUs } = getterOf({}, () => (isGone ? { status: 404, body } : { status: 200 }))
  await get(wanted('a'))
  isGone = true
  await expect(get(wanted('b'))).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect([bySdk.length, byUs.length]).toEqual([2, 1])
})

test('a server that has too much to do is asked once, and then by the SDK until it is well', async () => {
  let isBusy = false
  const { get, bySdk, byUs } = getterOf({}, () => ({ status: isBusy ? 503 : 200 }))
  await get(wanted('a'))
  isBusy = true
  for (const expected of [
    [1, 1],
    [2, 1],
    [3, 1],
  ]) {
    await expect(get(wanted('b'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } })
    expect([bySdk.length, byUs.length]).toEqual(expected)
  }
  isBusy = false
  for (const expected of [
    [4, 1],
    [4, 2],
  ]) {
    await get(wanted('b'))
    expect([bySdk.length, byUs.length]).toEqual(expected)
  }
})

test('who signs requests in another way makes them all', async () => {
  const signer = async () => ({ sign: async (request: object) => request })
  const { get, bySdk, byUs } = getterOf({ region: 'eu-central-1', endpointProvider: () => SIGNED_OTHERWISE, signer })
  await get(wanted('a'))
  await get(wanted('b'))
  expect([bySdk.length, byUs.length]).toEqual([2, 0])
})

const SIGNED_OTHERWISE = {
  url: new URL('https://exports.s3.amazonaws.com'),
  properties: { authSchemes: [{ name: 'sigv4a', signingName: 's3', signingRegionSet: ['*'] }] },
}
