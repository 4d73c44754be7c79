/** JSON texts that are looked into no further than needed. */
import { type ByteString, bytesOf, toByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import { Scanner } from '../../cdk/json.ts'
import { parseRaw, RawObjectReader } from '../../cdk/raw-object.ts'

/** A value as JSON text. */
export const rawOf = (value: unknown): ByteString => toByteString(JSON.stringify(value))

/** The text of a JSON string, number or boolean; undefined for anything else. */
export function textOf(raw: ByteString | undefined): string | undefined {
  if (!raw || raw === 'null' || raw.startsWith('{') || raw.startsWith('[')) return undefined
  return raw.startsWith('"') ? String(parseRaw(raw)) : raw
}

/** The members of a JSON object, which may also travel as JSON in a string; undefined if it is none. */
export function membersOf(raw: ByteString): RawObject | undefined {
  if (raw.startsWith('{')) return scanned(bytesOf(raw))
  const text = raw.startsWith('"') ? textOf(raw)?.trim() : undefined
  return text?.startsWith('{') ? scanned(Buffer.from(text.replaceAll('\n', ' '))) : undefined
}

/** Whether objects and lists are nested more than `max` levels deep. */
export function isDeeperThan(max: number, raw: ByteString): boolean {
  if (raw.length <= max || raw.startsWith('"')) return false
  let opened = 0
  for (let at = 0; at < raw.length; at++) if (raw[at] === '{' || raw[at] === '[') opened++
  return opened > max && depthOf(parseRaw(raw)) > max
}

const reader = new RawObjectReader()

function scanned(bytes: Uint8Array): RawObject | undefined {
  const scanner = new Scanner(bytes)
  const members = reader.read(scanner)
  return scanner.failed || scanner.at < bytes.length ? undefined : members
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((deepest, member) => Math.max(deepest, depthOf(member)), 0)
    : 0
