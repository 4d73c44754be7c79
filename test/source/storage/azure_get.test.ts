import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { blobGet, bySas, bySharedKey, byToken } from '../../../src/source/storage/azure_get.ts'

const HOUR_MS = 3_600_000
const container = new URL('https://acme.blob.core.windows.net/exports')

const ascii = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const key = fc.oneof(ascii, fc.string({ unit: fc.constantFrom(...`/ !'()*+%=&?#~-_:@,;$[]"<>\\é😀`), minLength: 1 }))

test.each(['https://acme.blob.core.windows.net/exports', 'http://127.0.0.1:10000/acme/exports'])(
  'blobs are asked for where the SDK finds them: %s',
  (address) => {
    const client = new ContainerClient(address, new AnonymousCredential())
    fc.assert(
      fc.property(key, (key) => {
        const { path } = blobGet(new URL(address), key, {})
        expect(decodeURIComponent(path)).toBe(decodeURIComponent(new URL(client.getBlobClient(key).url).pathname))
        // Escaped is whatever could mean something else.
        expect(path).toMatch(/^[\w/.~%-]+$/)
      }),
    )
  },
)

test('an account key signs what the service looks at', async () => {
  const texts: string[] = []
  class Credential extends StorageSharedKeyCredential {
    override computeHMACSHA256(text: string): string {
      texts.push(text)
      return 'signature'
    }
  }
  const asked = blobGet(container, 'a b', { 'x-ms-range': 'bytes=0-9', 'if-match': '"e"' })
  const { path, headers } = await bySharedKey(new Credential('acme', ''))(asked)
  expect(path).toBe('/exports/a%20b')
  expect(headers).toMatchObject({ host: container.host, authorization: 'SharedKey acme:signature' })
  const date = headers['x-ms-date'] ?? ''
  expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(HOUR_MS)
  const own = `x-ms-date:${date}\nx-ms-range:bytes=0-9\nx-ms-version:2021-12-02`
  expect(texts).toEqual([`GET\n\n\n\n\n\n\n\n"e"\n\n\n\n${own}\n/acme/exports/a%20b`])
})

test('a SAS token is the query', async () => {
  const { path } = await bySas('sv=2021-12-02&sig=a%2Bb')(blobGet(container, 'a', {}))
  expect(path).toBe('/exports/a?sv=2021-12-02&sig=a%2Bb')
})

/** A machine whose identity gets a token that lives for an hour, at `now`. */
function machine(now: () => number) {
  let asked = 0
  const getToken = async () => {
    asked++
    return { token: `token ${asked}`, expiresOnTimestamp: now() + HOUR_MS }
  }
  return { credential: { getToken }, asked: () => asked }
}

test('an access token is asked for once, until shortly before its end', async () => {
  let now = 0
  const { credential, asked } = machine(() => now)
  const authorize = byToken(credential, () => now)
  const bearer = async () => (await authorize(blobGet(container, 'a', {}))).headers['authorization']
  expect(await Promise.all([bearer(), bearer(), bearer()])).toEqual(Array(3).fill('Bearer token 1'))
  now = HOUR_MS - 6 * 60_000
  expect([await bearer(), asked()]).toEqual(['Bearer token 1', 1])
  now = HOUR_MS - 4 * 60_000
  expect(await Promise.all([bearer(), bearer()])).toEqual(['Bearer token 2', 'Bearer token 2'])
})

test('who gets no token is asked again the next time', async () => {
  const answers = [new Error('no'), null, { token: 'late', expiresOnTimestamp: HOUR_MS }]
  const getToken = async () => {
    const answer = answers.shift() ?? null
    if (answer instanceof Error) throw answer
    return answer
  }
  const authorize = byToken({ getToken }, () => 0)
  const get = blobGet(container, 'a', {})
  await expect(authorize(get)).rejects.toThrow('no')
  expect(await authorize(get)).toEqual(get)
  expect((await authorize(get)).headers['authorization']).toBe('Bearer late')
})
