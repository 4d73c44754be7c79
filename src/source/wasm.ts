/**
 * The WebAssembly that assembly/ is compiled to: it turns Avro blocks into RECORD lines, and remembers the last ids of a
 * stream. Each stream that removes duplicates has an instance of its own; all other work shares one.
 */
import { type Global, type Memory, PAGE_BYTES, webAssembly } from '../cdk/web-assembly.ts'
import { generatedFile } from '../files.ts'
import { jsonObjectText, numberText } from './decode/json-text.ts'

/** Asked of each event's id once. `core` is the instance that remembers the ids, and can answer by itself. */
export type IsNew = ((id: string) => boolean) & { readonly core: Core }

interface Exports {
  readonly memory: Memory
  readonly inputAt: Global
  readonly outputAt: Global
  readonly recordsDone: Global
  readonly linesDone: Global
  readonly duplicatesDone: Global
  readonly unparsedDone: Global
  transcode(...positions: readonly number[]): number
  isNewId(at: number, length: number): number
  forgetIds(limit: number): void
}

export interface Core {
  readonly exports: Exports
  /** The memory, at least so large. What lies in it is good until the next call for more. */
  reserve(bytes: number): Buffer
  /** What lies between two addresses, good until the next call. */
  bytes(from: number, to: number): Buffer
}

/** The first address that is ours: below it lie the index and the hashes of assembly/recent-ids.ts, 4 and 8 MiB. */
export const BASE = 65_536 + (12 << 20)

let shared: Core | undefined

/** The instance that remembers these ids, or the shared one. */
export function coreOf(isNew: IsNew | undefined): Core {
  if (isNew?.core) return isNew.core
  shared ??= newCore()
  return shared
}

const instantiate = webAssembly(generatedFile('transcoder.wasm'))

export function newCore(): Core {
  const exports = instantiate({ transcoder: importsOf(() => memory) }) as Exports
  // Large enough from the start for usual blocks (assembly/transcoder.json): memory that grows is counted twice by V8.
  let memory = Buffer.from(exports.memory.buffer)
  const reserve = (bytes: number): Buffer => {
    if (bytes > memory.length) {
      exports.memory.grow(Math.ceil((bytes - memory.length) / PAGE_BYTES))
      memory = Buffer.from(exports.memory.buffer)
    }
    return memory
  }
  return { exports, reserve, bytes: (from, to) => memory.subarray(from, to) }
}

/** Added to the length of an object that did not parse, as in assembly/transcoder.ts. */
const UNPARSED = 0x40000000

function importsOf(memory: () => Buffer): object {
  const write = (text: string, out: number): number => memory().write(text, out, 'utf8')
  return {
    writeNumber: (value: number, bits: number, out: number) => write(numberText(value, bits) ?? '', out),
    writeJson(at: number, length: number, out: number, room: number): number {
      const { text, parsed } = jsonObjectText(memory().toString('utf8', at, at + length))
      if (Buffer.byteLength(text) > room) return -1
      return write(text, out) | (parsed ? 0 : UNPARSED)
    },
  }
}
