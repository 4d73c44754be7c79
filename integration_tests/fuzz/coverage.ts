/** Which characters of src/ have run, as V8 counts them (https://v8.dev/blog/javascript-code-coverage, read 2026-11). */
import { type Profiler, Session } from 'node:inspector'

/** By script: 1 for each character that ran. */
export type Reached = ReadonlyMap<string, Uint8Array>

/** Counts from now on, in this thread. The function gives what ran since its last call, and takes some milliseconds. */
export function countCoverage(): () => Reached {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return () => new Map(taken(session).map(({ url, functions }) => [url, paint(functions)]))
}

/** The answer comes before `post` returns, as the session is of this thread. */
function taken(session: Session): readonly Profiler.ScriptCoverage[] {
  let scripts: readonly Profiler.ScriptCoverage[] = []
  session.post('Profiler.takePreciseCoverage', (error, answer) => {
    if (error) throw error
    scripts = answer.result.filter(({ url }) => OURS.test(url))
  })
  return scripts
}

const OURS = /^file:(?!.*\/node_modules\/).*\/src\//

/** Inner functions and ranges come after those around them. */
function paint(functions: readonly Profiler.FunctionCoverage[]): Uint8Array {
  const ranges = functions.flatMap((of) => of.ranges)
  const marks = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)))
  for (const { startOffset, endOffset, count } of ranges) marks.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  return marks
}

/** All that has ever run. */
export class Ground {
  readonly #known = new Map<string, Uint8Array>()

  /** Whether something ran that never ran before. */
  isLeftBy(reached: Reached): boolean {
    return [...reached].some(([url, marks]) => isBeyond(marks, this.#known.get(url)))
  }

  /** Gives whether there was something new to add. */
  add(reached: Reached): boolean {
    const isNew = this.isLeftBy(reached)
    for (const [url, marks] of isNew ? reached : []) this.#known.set(url, union(marks, this.#known.get(url)))
    return isNew
  }

  /** Characters. */
  get size(): number {
    return [...this.#known.values()].reduce((sum, marks) => sum + marks.reduce((n, mark) => n + mark, 0), 0)
  }
}

const NONE: Uint8Array = new Uint8Array()

const isBeyond = (marks: Uint8Array, known = NONE): boolean => marks.some((mark, at) => mark === 1 && known[at] !== 1)

function union(one: Uint8Array, other = NONE): Uint8Array {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return long.map((mark, at) => mark | (short[at] ?? 0))
}
