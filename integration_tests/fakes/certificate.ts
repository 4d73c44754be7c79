/** A certificate that nobody trusts, made on the spot: no private key lies about in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto'

/** In PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Signed by itself, for the name "localhost". The fields are those of RFC 5280, 4.1, of version 1. */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from('localhost')))))
  const validity = sequence(utcTime('20200101000000Z'), utcTime('20491231000000Z'))
  const algorithm = sequence(ECDSA_WITH_SHA256)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const body = sequence(der(0x02, Buffer.of(1)), algorithm, name, validity, name, spki)
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey))
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: pem(sequence(body, algorithm, signature)),
  }
}

/** A value in the Distinguished Encoding Rules of ASN.1. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const { length } = Buffer.concat(parts)
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), ...parts])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts)
const utcTime = (date: string): Buffer => der(0x17, Buffer.from(date.slice(2)))

/** Object identifiers 2.5.4.3 and 1.2.840.10045.4.3.2. */
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`
