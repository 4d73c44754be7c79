/** Secrets that are easy to find again, and every form in which one might come to light. */
import { createHash, generateKeyPairSync } from 'node:crypto'

export interface Canary {
  /** What stands in the configuration. */
  readonly value: string
  /** What must not be seen: the value, or the secret parts of it. */
  readonly parts: readonly string[]
  /** Of letters and digits; or of what has to be escaped somewhere. */
  readonly style: 'plain' | 'unruly'
}

/** Of a kind that the option is for, so that the run goes on to where the secret is used. */
export function canaryFor(name: string, number: number, style: Canary['style']): Canary {
  const noise = createHash('sha256').update(`${name} ${number} ${style}`).digest()
  const text = style === 'plain' ? noise.toString('hex') : `${noise.toString('hex').slice(0, 24)}"\\/+=%é '`
  if (name === 'service_account') return serviceAccount(noise.toString('hex'), style)
  if (name === 'sas_token') return sasToken(noise.toString('base64'), style)
  // Not every key can be signed with.
  if (name === 'azure_blob_storage_account_key')
    return { value: noise.toString('base64'), parts: [noise.toString('base64')], style }
  return { value: text, parts: [text], style }
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

function serviceAccount(id: string, style: Canary['style']): Canary {
  const file = {
    type: 'service_account',
    project_id: 'p',
    private_key_id: id,
    private_key: PEM,
    client_email: 'reader@p.iam.gserviceaccount.com',
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  const lines = PEM.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'))
  return { value: JSON.stringify(file), parts: [id, ...lines], style }
}

function sasToken(signature: string, style: Canary['style']): Canary {
  const query = new URLSearchParams({ sv: '2024-11-04', sp: 'rl', se: '2099-01-01T00:00:00Z', sig: signature })
  return { value: `${query}`, parts: [signature, encodeURIComponent(signature)], style }
}

/** The forms of a text, as programs write it. */
export function formsOf(part: string): readonly string[] {
  const bytes = Buffer.from(part)
  const basic = Buffer.from(`${part}:`)
  return [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part),
    encodeURIComponent(part).replace(/%../g, (hex) => hex.toLowerCase()),
    encodeURI(part),
    new URLSearchParams({ a: part }).toString().slice('a='.length),
    ...[bytes, basic].flatMap((text) => [text.toString('base64'), text.toString('base64url')]),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ]
}

/** So many characters of a secret in a row are a leak. */
const WINDOW = 12

/** What of the canaries can be found in a text. */
export function leaksIn(text: string, canaries: readonly Canary[]): readonly string[] {
  const forms = canaries.flatMap(({ parts }) => parts).flatMap(formsOf)
  return forms.flatMap((form) => {
    const starts = Array.from({ length: Math.max(1, form.length - WINDOW + 1) }, (_, i) => i)
    const found = starts.find((start) => text.includes(form.slice(start, start + WINDOW)))
    return found === undefined ? [] : [around(text, form.slice(found, found + WINDOW))]
  })
}

const around = (text: string, found: string): string => {
  const at = text.indexOf(found)
  return text.slice(Math.max(0, at - 60), at + found.length + 40)
}
