/** Shows how far an inspection is: one line of a terminal, written over and over. */
import { countOf, countText } from '../../cdk/counts.ts'
import type { InspectProgress } from './inspect.ts'

export interface ProgressLine {
  update(progress: InspectProgress): void
  /** Takes the line away. */
  end(): void
}

const FRAME_MS = 100

/** `elapsed` gives milliseconds on a clock that never jumps. Without a screen nothing is shown. */
export function progressLine(
  screen: Pick<NodeJS.WritableStream, 'write'> | undefined,
  elapsed: () => number,
): ProgressLine {
  let next = 0
  return {
    update(progress) {
      if (!screen || elapsed() < next) return
      next = elapsed() + FRAME_MS
      screen.write(`${CLEAR}${progressText(progress)}`)
    },
    end: () => screen?.write(CLEAR),
  }
}

const CLEAR = '\r\u001b[2K'

const progressText = ({ listed, toOpen, opened }: InspectProgress): string =>
  toOpen === undefined
    ? `Listing the export: ${countOf(listed, 'file')} so far`
    : `Opening files: ${countText(opened)} of ${countText(toOpen)}`
