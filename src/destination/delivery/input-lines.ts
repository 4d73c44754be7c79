import { type ByteString, byteStringOf } from '../../cdk/bytes.ts'
import { endOfLine } from '../../cdk/read-lines.ts'

/**
 * Lines of the input that follow each other, for as long as they may have to be shown: when a record is rejected, and
 * hardly ever else.
 */
export class InputLines {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /** Without the last line feed. */
  get text(): ByteString {
    return byteStringOf(this.#bytes.subarray(this.#start, this.#end))
  }

  /** Each line by itself. */
  split(): readonly InputLines[] {
    const lines: InputLines[] = []
    for (let start = this.#start; start < this.#end; ) {
      const end = Math.min(endOfLine(this.#bytes, start), this.#end)
      lines.push(new InputLines(this.#bytes, start, end))
      start = end + 1
    }
    return lines
  }
}
