/** Progress on a terminal: a few lines that are drawn over and over, below what is said meanwhile. */
import { MultiBar } from 'cli-progress'
import { printable } from '../inspect/printable.ts'
import type { Display } from './display.ts'
import type { Progress } from './progress.ts'
import { screenLines } from './screen-lines.ts'

const FRAME_MS = 100
const LINES = 3

/** Characters to the end of the line go. */
const CLEAR_REST = '\u001b[K'

export interface BarScreen extends NodeJS.WritableStream {
  /** It changes with the window. */
  readonly columns?: number
}

export function barDisplay(screen: BarScreen, clean: (text: string) => string, elapsed: () => number): Display {
  const started = elapsed()
  let next = started
  // Lines that are too long are cut by us; what is said may go over several.
  const drawing = new MultiBar({
    stream: screen,
    format: '{line}',
    hideCursor: true,
    clearOnComplete: true,
    linewrap: true,
    // After a remark every line stands in another place.
    forceRedraw: true,
    // A sync that is asked to stop takes a while, and shows it.
    gracefulExit: false,
  })
  const lines = Array.from({ length: LINES }, (_, i) =>
    drawing.create(1, 0, { line: i === 0 ? 'Looking for event types …' : '' }),
  )

  const draw = (progress: Progress) => {
    // A character in the last column would be gone with what is cleared behind it.
    const texts = screenLines(progress, elapsed() - started, (screen.columns || 80) - 1)
    for (const [i, line] of lines.entries()) line.update({ line: printable(texts[i] ?? '') })
  }

  return {
    update(progress) {
      if (elapsed() < next) return
      next = elapsed() + FRAME_MS
      draw(progress)
    },
    remark: ({ level, message }) => drawing.log(`${printable(clean(`${level}: ${message}`))}${CLEAR_REST}\n`),
    notice: (text) => drawing.log(`${text}${CLEAR_REST}\n`),
    end(progress) {
      draw(progress)
      // What was said last has not been shown yet.
      drawing.update()
      drawing.stop()
    },
  }
}
