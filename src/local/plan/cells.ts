/** How much an export holds of each event type in each hour: what a plan is cut from. */
import pLimit from 'p-limit'
import { TransientError } from '../../cdk/errors.ts'
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import type { SourceConfig } from '../../config.ts'
import { BEGINNING, beginPass, type Cursor, wants } from '../../source/cursor.ts'
import { type Hour, hoursSince } from '../../source/hours.ts'
import { filesOf, hoursOf } from '../../source/listing.ts'
import { type ExportRoots, findRoots, rootsOf } from '../../source/roots.ts'
import { progressOf } from '../../source/state.ts'
import type { ObjectStore } from '../../source/storage/store.ts'

const AT_ONCE = 8

export interface Cell {
  /** Undefined for files outside of `event_type=` folders: whoever reads their hour reads them, whatever the streams. */
  readonly stream: string | undefined
  /** Undefined for files outside of `date=` folders. */
  readonly hour: Hour | undefined
  readonly files: number
  readonly bytes: number
}

export interface CellsOptions {
  readonly store: ObjectStore
  readonly config: SourceConfig
  readonly streams: readonly string[]
  /** What was read before. */
  readonly states: readonly AirbyteStreamState[]
  /** Later files are not counted. Milliseconds since the Unix epoch. */
  readonly until: number
  readonly signal: AbortSignal
  /** Told how many files were listed so far. Called often. */
  readonly onProgress?: (files: number) => void
}

/** One cell for each event type and hour that has files to read. */
export async function listCells({ onProgress, ...options }: CellsOptions): Promise<readonly Cell[]> {
  const { store, config } = options
  let files = 0
  const onFile = () => onProgress?.(++files)
  const roots = await findRoots(store, config.path_prefix, hoursSince(0, config))
  const limit = pLimit(AT_ONCE)
  const cells = partsOf(roots, options).map((part) => limit(() => cellsOf(part, options, onFile)))
  return (await Promise.all(cells)).flat()
}

interface Part {
  readonly stream: string | undefined
  readonly roots: ExportRoots
  readonly cursor: Cursor
}

function partsOf(roots: ExportRoots, { streams, states }: CellsOptions): readonly Part[] {
  const cursors = new Map(states.map((state) => [state.stream_descriptor.name, cursorOf(state)]))
  const parts = streams.map((stream) => ({
    stream,
    roots: { ...roots, roots: rootsOf(roots, stream), loose: [] },
    cursor: cursors.get(stream) ?? BEGINNING,
  }))
  const oldest = Math.min(...parts.map(({ cursor }) => cursor.since))
  return [...parts, { stream: undefined, roots: { ...roots, roots: [] }, cursor: { ...BEGINNING, since: oldest } }]
}

const cursorOf = ({ stream_descriptor: { name }, stream_state }: AirbyteStreamState): Cursor =>
  progressOf(name, stream_state).cursor

async function cellsOf(
  { stream, roots, cursor }: Part,
  options: CellsOptions,
  onFile: () => void,
): Promise<readonly Cell[]> {
  const { store, config, until, signal } = options
  const pass = beginPass(cursor, until)
  const cells = new Map<Hour | undefined, Cell>()
  for await (const file of filesOf(store, roots, pass, hoursOf(pass, config))) {
    if (signal.aborted) throw new TransientError('The listing was stopped before its end; there is no plan.')
    onFile()
    if (!wants(pass, file)) continue
    const { files, bytes } = cells.get(file.date) ?? { files: 0, bytes: 0 }
    cells.set(file.date, { stream, hour: file.date, files: files + 1, bytes: bytes + file.object.size })
  }
  return [...cells.values()]
}
