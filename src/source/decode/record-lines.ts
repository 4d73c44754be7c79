import { toByteString } from '../../cdk/bytes.ts'
import type { DecodedBlock, DecodeOptions } from './decoder.ts'

/** Gathers the events of a file as finished RECORD lines. */
export interface RecordLines {
  /**
   * Counts the next event, and says whether a line is to be made of it. Events passed over are remembered all the
   * same, so that a second copy of one is found out.
   */
  wants(id: string | undefined): boolean
  /** Counts an event that is none of the stream's. */
  passOver(): void
  /** `members` is the event's JSON object without its braces. An object that would be empty makes no line. */
  add(members: string, unparsed: number): void
  readonly isFull: boolean
  /** What has gathered since the last call: one block, or none. */
  take(): readonly DecodedBlock[]
}

/** Characters: the bytes of a block are about as many. */
const BLOCK_CHARACTERS = 128 << 10

/** With the encoding `latin1`, members are ByteStrings. */
export function recordLines(options: DecodeOptions, encoding: 'utf8' | 'latin1'): RecordLines {
  const written = encoding === 'latin1' ? toByteString : (text: string) => text
  const head = written(`{"type":"RECORD","record":{"stream":${JSON.stringify(options.stream)},"data":{`)
  const extra = written(options.extra)
  const tail = `},"emitted_at":${options.emittedAt}}}\n`
  let toSkip = options.skip
  let gathered = nothing()
  return {
    wants(id) {
      gathered.events++
      const isNew = id === undefined || options.isNew?.(id) !== false
      if (toSkip > 0) {
        toSkip--
        return false
      }
      if (!isNew) gathered.duplicates++
      return isNew
    },
    passOver() {
      gathered.events++
      if (toSkip > 0) toSkip--
    },
    add(members, unparsed) {
      gathered.unparsed += unparsed
      const data = members && extra ? `${members},${extra}` : members || extra
      if (data === '') return
      gathered.text += head + data + tail
      gathered.count++
    },
    get isFull() {
      return gathered.text.length >= BLOCK_CHARACTERS
    },
    take() {
      const { text, ...counts } = gathered
      gathered = nothing()
      return counts.events > 0 ? [{ bytes: Buffer.from(text, encoding), ...counts }] : []
    },
  }
}

const nothing = () => ({ text: '', count: 0, events: 0, duplicates: 0, unparsed: 0 })
