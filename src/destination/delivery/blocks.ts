/** Larger ones are left to the garbage collector. */
const LARGEST_BYTES = 1 << 20
const SMALLEST_BYTES = 1 << 16

/**
 * Memory for the lines of the input, which is used again once none of them may have to be shown any more. New memory
 * for each block costs more than all that is written to it.
 */
export class Blocks {
  readonly #firstOpenPlace: () => number
  #free: Buffer[] = []
  #last: Buffer | undefined
  /** In the order of the input. */
  #filled: { readonly memory: Buffer; readonly place: number }[] = []

  /** `firstOpenPlace` tells the place of the first record that is not done with. */
  constructor(firstOpenPlace: () => number) {
    this.#firstOpenPlace = firstOpenPlace
  }

  /** So many bytes, for the lines that come next. */
  take(bytes: number): Buffer {
    this.#release()
    const at = this.#free.findIndex(({ length }) => length >= bytes)
    this.#last = at < 0 ? Buffer.allocUnsafeSlow(roomFor(bytes)) : this.#free.splice(at, 1)[0]
    return this.#last?.subarray(0, bytes) ?? Buffer.alloc(bytes)
  }

  /** The lines of the last block are taken in; their records have places before this one. */
  filled(place: number): void {
    if (this.#last && this.#last.length <= LARGEST_BYTES) this.#filled.push({ memory: this.#last, place })
    this.#last = undefined
  }

  #release(): void {
    const open = this.#firstOpenPlace()
    for (let first = this.#filled[0]; first && first.place <= open; first = this.#filled[0]) {
      this.#free.push(first.memory)
      this.#filled.shift()
    }
  }
}

/** A power of two, so that blocks of about the same size can take each other's place. */
const roomFor = (bytes: number): number => Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(bytes)))
