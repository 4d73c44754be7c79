import { createHash } from 'node:crypto'
import type { ByteString } from '../../cdk/bytes.ts'
import { rawOf } from './json.ts'

/**
 * Segment takes ids of fewer than 100 characters (https://segment.com/docs/connections/spec/common/, read 2026-11), and
 * drops events with longer ones in silence.
 */
const MAX_LENGTH = 99

/** An id as a JSON string; '' for one that is absent, empty or no scalar. Numbers become strings. */
export function idOf(raw: ByteString | undefined): ByteString {
  if (!raw || raw === '""' || raw.startsWith('{') || raw.startsWith('[')) return ''
  return raw.startsWith('"') ? raw : `"${raw}"`
}

/**
 * Makes `messageId`s of event ids: the same of the same id in every run, so that an event sent twice counts once.
 * `suffix` tells apart the calls that are made of one event.
 */
export function messageIds(prefix: string, suffix = ''): (id: ByteString) => ByteString {
  const { before, room, after } = aroundId(prefix, suffix)
  return (id) => before + (id.length - 2 > room ? hashOf(id) : id.slice(1, -1)) + after
}

/** What a `messageId` has besides the event's id, with its quotes, and how long that may be. */
export function aroundId(prefix: string, suffix = '') {
  const [before, after] = [rawOf(prefix).slice(0, -1), rawOf(suffix).slice(1)]
  return { before, after, room: MAX_LENGTH - (before.length - 1) - (after.length - 1) }
}

const hashOf = (id: ByteString): string => createHash('sha256').update(id, 'latin1').digest('base64url')
