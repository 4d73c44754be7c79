import { type ByteString, byteStringOf } from '../../cdk/bytes.ts'

/** A line of the input, for as long as it may have to be shown: when its record is rejected, and hardly ever else. */
export class InputLine {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /** Without its line feed. */
  get text(): ByteString {
    return byteStringOf(this.#bytes.subarray(this.#start, this.#end))
  }
}
