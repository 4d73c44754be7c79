/** How often a stream says how far it has come. */
const RECORDS = 10_000
const READING_MS = 5_000
const KEYS = 10_000
const LISTING_MS = 60_000

/** What has happened since the last STATE. Counted in place, as it is for every file. */
export interface SinceState {
  /** Milliseconds on a clock that never jumps. */
  readonly at: number
  records: number
  files: number
  /** Listed, whether read or not. */
  keys: number
}

export const justSaved = (now: number): SinceState => ({ at: now, records: 0, files: 0, keys: 0 })

export const isDue = ({ at, records, files, keys }: SinceState, now: number): boolean =>
  records >= RECORDS || keys >= KEYS || (files > 0 && now - at >= READING_MS) || (keys > 0 && now - at >= LISTING_MS)
