/** Chooses the files that are opened, where there are too many to open them all. */
import type { StoredObject } from '../../source/storage/store.ts'
import { HOUR_MS } from './hour.ts'

/** A file as it was listed. */
export interface InspectedFile {
  readonly object: StoredObject
  /** By the folder; undefined outside of such folders. */
  readonly eventType: string | undefined
  /** See hour.ts. Undefined without a (sensible) `date=`. */
  readonly hour: number | undefined
}

/** At most `each` files of every event type and every so many hours; a file without a date counts in that of its modification. */
export interface SampleRule {
  readonly each: number
  readonly hours: number
}

/** From all files to hardly any. Each rule is applied to what the ones before have left. */
const RULES: readonly SampleRule[] = [
  ...[Number.POSITIVE_INFINITY, 8, 4, 2, 1].map((each) => ({ each, hours: 1 })),
  ...[2, 4, 8, 12, 24, 48, 96, 168, 336, 720, 2160, 8760].map((hours) => ({ each: 1, hours })),
]

/**
 * Takes any number of files and holds no more than twice `most` (but at least one of each event type). What is chosen
 * depends on the order of the files within each event type only.
 */
export class FileSample {
  readonly #most: number
  #files: readonly InspectedFile[] = []
  #arrived: InspectedFile[] = []
  #rules = 1

  constructor(most: number) {
    this.#most = most
  }

  add(file: InspectedFile): void {
    this.#arrived.push(file)
    if (this.#files.length + this.#arrived.length > 2 * this.#most) this.#thin()
  }

  /** Call it last. */
  chosen(): readonly InspectedFile[] {
    this.#thin()
    return this.#files
  }

  /** Undefined if every file was chosen. */
  get rule(): SampleRule | undefined {
    return this.#rules === 1 ? undefined : RULES[this.#rules - 1]
  }

  #thin(): void {
    this.#files = RULES.slice(0, this.#rules).reduce(firstOfEach, [...this.#files, ...this.#arrived])
    this.#arrived = []
    for (; this.#files.length > this.#most && this.#rules < RULES.length; this.#rules++) {
      this.#files = firstOfEach(this.#files, RULES[this.#rules] ?? { each: 1, hours: 1 })
    }
  }
}

function firstOfEach(files: readonly InspectedFile[], { each, hours }: SampleRule): readonly InspectedFile[] {
  if (each === Number.POSITIVE_INFINITY) return files
  const counts = new Map<string, number>()
  return files.filter(({ object, eventType = '', hour = object.modified.getTime() / HOUR_MS }) => {
    const cell = `${Math.floor(hour / hours)} ${eventType}`
    const count = (counts.get(cell) ?? 0) + 1
    counts.set(cell, count)
    return count <= each
  })
}
