/** Requests for blobs as the Azure SDK makes them, without most of its work, which takes longer than a small file does. */
import type { AccessToken, TokenCredential } from '@azure/identity'
import type { StorageSharedKeyCredential } from '@azure/storage-blob'
import type { Get } from './connections/connections.ts'
import { escaped } from './escaped.ts'

/** Adds to a request what it is allowed by. */
export type Authorize = (get: Get) => Promise<Get>

/** Which has all that we ask for, and is known to servers other than Azure's. */
const VERSION = '2021-12-02'

/** https://learn.microsoft.com/rest/api/storageservices/get-blob (read 2026-11) */
export function blobGet(container: URL, key: string, headers: Readonly<Record<string, string>>): Get {
  const path = `${container.pathname}/${escaped(key)}`
  return { path, headers: { host: container.host, 'x-ms-version': VERSION, ...headers } }
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (read 2026-11) */
export const bySharedKey =
  (credential: StorageSharedKeyCredential): Authorize =>
  async ({ path, headers }) => {
    const dated = { ...headers, 'x-ms-date': new Date().toUTCString() }
    const own = Object.entries(dated).filter(([name]) => name.startsWith('x-ms-'))
    const text = [
      'GET',
      // Content-Encoding to If-Modified-Since
      ...Array<string>(7).fill(''),
      headers['if-match'] ?? '',
      // If-None-Match, If-Unmodified-Since and Range, instead of which x-ms-range is sent
      ...Array<string>(3).fill(''),
      ...own.map(([name, value]) => `${name}:${value}`).sort(),
      `/${credential.accountName}${path}`,
    ]
    const signature = credential.computeHMACSHA256(text.join('\n'))
    return { path, headers: { ...dated, authorization: `SharedKey ${credential.accountName}:${signature}` } }
  }

/** Without the question mark. */
export const bySas =
  (token: string): Authorize =>
  async ({ path, headers }) => ({ path: `${path}?${token}`, headers })

/** A token lives for an hour or more, and is asked for again shortly before its end. */
export function byToken(credential: TokenCredential, now = Date.now): Authorize {
  let token: AccessToken | null = null
  let asking: Promise<AccessToken | null> | undefined

  async function current(): Promise<AccessToken | null> {
    if (token && token.expiresOnTimestamp - now() > MARGIN_MS) return token
    asking ??= credential.getToken(SCOPE).finally(() => {
      asking = undefined
    })
    token = await asking
    return token
  }

  return async ({ path, headers }) => {
    const known = await current()
    return known ? { path, headers: { ...headers, authorization: `Bearer ${known.token}` } } : { path, headers }
  }
}

const SCOPE = 'https://storage.azure.com/.default'
const MARGIN_MS = 5 * 60_000
