/** Shows a sync while it runs: bars on a terminal, lines in a log, JSON for programs. */
import { countText } from '../../cdk/counts.ts'
import { durationText } from '../format.ts'
import { printable } from '../inspect/printable.ts'
import type { Progress, Remark } from './progress.ts'

export interface Display {
  /** Something moved. Called often; what is shown changes as often as is good for its reader. */
  update(progress: Progress): void
  remark(remark: Remark): void
  /** For a person who is waiting; programs are not told. */
  notice(text: string): void
  /** Shows the last state of things and lets go of the terminal. */
  end(progress: Progress): void
}

const MOST_REMARKS = 10

/** Passes on the first `MOST_REMARKS`, then the number of the others. */
export function tersely(display: Display): Display {
  let remarks = 0
  return {
    update: display.update,
    remark(remark) {
      if (++remarks <= MOST_REMARKS) display.remark(remark)
    },
    notice: display.notice,
    end(progress) {
      const more = remarks - MOST_REMARKS
      if (more > 0) display.remark({ level: 'WARN', message: `There were ${more} more messages like these.` })
      display.end(progress)
    },
  }
}

export interface Screen {
  write(text: string): void
  /** Milliseconds on a clock that never jumps. */
  elapsed(): number
}

const PLAIN_MS = 10_000

/** A line every ten seconds, for logs. */
export function plainDisplay({ write, elapsed }: Screen): Display {
  const started = elapsed()
  let next = started + PLAIN_MS
  const line = (progress: Progress) => write(`${printable(progressText(progress, elapsed() - started))}\n`)
  return {
    update(progress) {
      if (elapsed() < next) return
      next = elapsed() + PLAIN_MS
      line(progress)
    },
    remark: ({ level, message }) => write(`${printable(`${level}: ${message}`)}\n`),
    notice: (text) => write(`${text}\n`),
    end: line,
  }
}

/** `0.4 s: 1,234 records read, 1,000 done with; 3 of 106 streams; users.messages.email.Send` */
function progressText(progress: Progress, milliseconds: number): string {
  const { read, acknowledged, streams, done, current } = progress
  const settled = acknowledged === undefined ? '' : `, ${countText(acknowledged)} done with`
  const where = current && done < streams.length ? `; ${current}` : ''
  return `${durationText(milliseconds)}: ${countText(read)} records read${settled}; ${done} of ${streams.length} streams${where}`
}

const JSON_MS = 1000

/** A JSON object a line: `progress`, at most once a second, and `log`. */
export function jsonDisplay({ write, elapsed }: Screen): Display {
  let next = elapsed()
  const line = (object: object) => write(`${JSON.stringify(object)}\n`)
  const progressLine = ({ read, acknowledged, done, streams, current }: Progress) =>
    line({ type: 'progress', read, acknowledged, streams: streams.length, done, ...(current && { current }) })
  return {
    update(progress) {
      if (elapsed() < next) return
      next = elapsed() + JSON_MS
      progressLine(progress)
    },
    remark: ({ level, message }) => line({ type: 'log', level, message }),
    notice() {},
    end: progressLine,
  }
}
