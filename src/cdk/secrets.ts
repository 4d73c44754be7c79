/** Finds the secrets of a configuration, and every form in which they might be printed. */
import { nearest } from './nearest.ts'

type Schema = Readonly<Record<string, unknown>>

/** What must not be printed, given the spec's connectionSpecification and a configuration, which may be wrong. */
export function secretFormsOf(schema: Schema, config: unknown): readonly string[] {
  const names = { secret: [...namesOf(schema, isSecret)], all: namesOf(schema, () => true) }
  const secrets = [...secretValues(schema, config, names), ...textsIn(config).flatMap(secretsOfUrl)]
  const forms = secrets.flatMap(partsOf).flatMap(formsOf)
  return [...new Set(forms)].filter((form) => form.trim() !== '')
}

interface Names {
  /** Of the options that the spec marks as secret. */
  readonly secret: readonly string[]
  /** Of all options. */
  readonly all: ReadonlySet<string>
}

/** The names of properties, at any depth. */
function namesOf(schema: unknown, counts: (property: unknown) => boolean): Set<string> {
  const own = isObject(schema) && isObject(schema['properties']) ? Object.entries(schema['properties']) : []
  const nested = isObject(schema) || Array.isArray(schema) ? Object.values(schema) : []
  const names = own.filter(([, property]) => counts(property)).map(([name]) => name)
  return new Set([...names, ...nested.flatMap((part) => [...namesOf(part, counts)])])
}

const isSecret = (property: unknown): boolean => isObject(property) && property['airbyte_secret'] === true

/** A secret counts as such in every variant of a oneOf, and where it is out of place or its name is misspelt. */
function secretValues(schema: Schema, value: unknown, names: Names): readonly string[] {
  if (schema['airbyte_secret'] === true) return textsIn(value)
  const variants = VARIANTS.flatMap((keyword) => schemasIn(schema[keyword]))
  return [
    ...variants.flatMap((variant) => secretValues(variant, value, names)),
    ...(Array.isArray(value) ? value.flatMap((item) => secretValues(schemaIn(schema['items']), item, names)) : []),
    ...(isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => secretMember(schema, name, item, names))
      : []),
  ]
}

function secretMember(schema: Schema, name: string, value: unknown, names: Names): readonly string[] {
  const isMisspelt = !names.all.has(name) && nearest(name, names.secret) !== undefined
  if (names.secret.includes(name) || isMisspelt) return textsIn(value)
  return secretValues(schemaIn(schemaIn(schema['properties'])[name]), value, names)
}

const VARIANTS = ['oneOf', 'anyOf', 'allOf'] as const

/** Passwords and keys that a URL carries: `https://user:password@host/?writeKey=…`. */
function secretsOfUrl(text: string): readonly string[] {
  const [, user = '', query = ''] = /^\s*[a-z][a-z0-9+.-]*:\/\/(?:([^/?#]*)@)?[^?]*\??(.*)$/is.exec(text) ?? []
  // A user without a password is a token.
  const password = user.includes(':') ? user.slice(user.indexOf(':') + 1) : user
  return [...decoded(password), ...secretsOfQuery(query)]
}

const secretsOfQuery = (query: string): readonly string[] =>
  [...query.matchAll(/([^?&#;=]+)=([^&#;]*)/g)].flatMap(([, name = '', value = '']) =>
    SECRET_NAME.test(name) ? decoded(value) : [],
  )

const SECRET_NAME = /key|token|sig|secret|pass|pwd|auth|credential|code/i

function decoded(value: string): readonly string[] {
  try {
    return [value, decodeURIComponent(value), decodeURIComponent(value.replaceAll('+', ' '))]
  } catch {
    return [value]
  }
}

/** A secret and what would be one if it were printed alone: lines of a key, members of a JSON text, values of a query. */
function partsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n|\\n/).map((line) => line.trim())
  return [
    secret,
    secret.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= LINE && !line.startsWith('-----')) : []),
    ...secretsOfJson(secret).flatMap(partsOf),
    ...(secret.includes('&') ? secretsOfQuery(secret) : []),
  ]
}

/** Shorter lines, the last one of a key for instance, are not worth the text they might spoil. */
const LINE = 8

/** The key file of a service account is a JSON text: its key is secret, its name and addresses are not. */
function secretsOfJson(text: string): readonly string[] {
  try {
    return secretsIn(JSON.parse(text))
  } catch {
    return []
  }
}

const secretsIn = (value: unknown): readonly string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, item]) =>
        SECRET_NAME.test(name) ? textsIn(item).filter((text) => !text.includes('://')) : secretsIn(item),
      )
    : []

/** What a program may make of a secret before it prints it. */
export function formsOf(secret: string): readonly string[] {
  const wellFormed = Buffer.from(secret).toString()
  const encoded = encodeURIComponent(wellFormed)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encoded.replace(/%../g, (hex) => hex.toLowerCase()),
    encodeURI(wellFormed),
    new URLSearchParams({ a: wellFormed }).toString().slice('a='.length),
    // Basic authentication sends the key as a user without a password.
    ...[secret, `${secret}:`].flatMap((text) => [base64(text), base64(text).replace(/=+$/, ''), base64url(text)]),
    ...[hex(secret), hex(secret).toUpperCase()],
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')
const base64url = (text: string): string => Buffer.from(text).toString('base64url')

/** Every text and number within a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const schemaIn = (value: unknown): Schema => (isObject(value) ? value : {})
const schemasIn = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.map(schemaIn) : [])
