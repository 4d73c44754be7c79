/** AWS Signature Version 4 from the server's side: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11). */
import { createHash, createHmac } from 'node:crypto'
import type { FakeRequest } from './server.ts'

export interface Signed {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** What the Authorization header says, if it is one of this kind. */
export function signatureOf({ headers }: FakeRequest): Signed | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (!match) return undefined
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] = match
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature }
}

/** The signature that the request would have with this secret. */
export function expectedSignature(request: FakeRequest, signed: Signed, secretAccessKey: string): string {
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', timeOf(request), scope, sha256(canonical(request, signed))].join('\n')
  const parts = [signed.date, signed.region, signed.service, 'aws4_request', text]
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`)).toString('hex')
}

/** When the request was signed, as `20261122T045619Z`. */
export const timeOf = ({ headers }: FakeRequest): string => String(headers['x-amz-date'] ?? '')

function canonical({ method, target, headers, body }: FakeRequest, { signedHeaders }: Signed): string {
  const [path = '', query = ''] = target.split('?')
  const lines = signedHeaders.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`)
  const hash = headers['x-amz-content-sha256'] ?? sha256(body)
  const sortedQuery = query
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
  return [method, path, sortedQuery.join('&'), lines.join(''), signedHeaders.join(';'), hash].join('\n')
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
