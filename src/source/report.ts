/** What was done for a stream, as the log and the table at the end of `sync` tell it. */
import { countOf } from '../cdk/counts.ts'
import type { ListedFile } from './cursor.ts'
import type { DecodedBlock } from './decode/decoder.ts'
import type { Hour } from './hours.ts'

/** Counts of one stream in one run. */
export interface SourceReport {
  readonly stream: string
  /** Files that were read to their end. One outside of `event_type=` folders counts if it held events of the stream. */
  readonly files: number
  /** Bytes of files, as they are stored. */
  readonly bytes: number
  readonly records: number
  /** Events that were exported twice and left out. */
  readonly duplicates: number
  /** Values that should have held JSON and were kept as text. */
  readonly unparsed: number
  /** Files that are broken and will be tried again. */
  readonly broken: number
  /** Files that have been broken for too long and are given up. */
  readonly leftBehind: number
  /** Files that arrived during the run, or are dated in the future, and are left to the next one. */
  readonly tooNew: number
  /** The newest hour of the export from which something was read. */
  readonly newestHour?: Hour | undefined
}

/** The counts as they are made: in place, for each file. */
export class Tally implements SourceReport {
  readonly stream: string
  files = 0
  bytes = 0
  records = 0
  duplicates = 0
  unparsed = 0
  broken = 0
  leftBehind = 0
  tooNew = 0
  newestHour: Hour | undefined = undefined

  constructor(stream: string) {
    this.stream = stream
  }

  addBlock({ count, duplicates, unparsed }: DecodedBlock): void {
    this.records += count
    this.duplicates += duplicates
    this.unparsed += unparsed
  }

  addFile({ object, date = '' }: ListedFile): void {
    this.files++
    this.bytes += object.size
    if (date > (this.newestHour ?? '')) this.newestHour = date
  }
}

/** One line for people. */
export function summaryOf(report: SourceReport): string {
  const { stream, files, records, bytes, newestHour } = report
  const read = `${stream}: ${countOf(records, 'record')} from ${countOf(files, 'new file')} (${countOf(bytes, 'byte')})`
  const rest = [
    newestHour && `newest hour ${newestHour}`,
    report.duplicates > 0 && `${countOf(report.duplicates, 'duplicate')} left out`,
    report.unparsed > 0 && `${countOf(report.unparsed, 'value')} kept as text for want of valid JSON`,
    report.tooNew > 0 && `${countOf(report.tooNew, 'file')} left to the next sync`,
    report.broken > 0 && `${countOf(report.broken, 'broken file')} to try again`,
    report.leftBehind > 0 && `${countOf(report.leftBehind, 'broken file')} left behind`,
  ]
  return `${[read, ...rest.filter(Boolean)].join(', ')}.`
}
