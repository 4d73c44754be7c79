/** One thing that takes bytes from outside, and what must hold whatever they are. */
export interface Target {
  readonly name: string
  /** Well-formed inputs, made by our own code. Everything else is bred from them. */
  seeds(): readonly Uint8Array[]
  /** Pieces that chance alone would hardly find. */
  readonly words: readonly string[]
  /**
   * Feeds one input to the code under test. Throws if a promise is broken: an error of no type, or another result than
   * the oracle's. Gives a short label of what came out; a label never seen before counts as new ground.
   */
  run(input: Buffer): Promise<string> | string
}

/** Input that a platform or a storage may hand over in one piece; the fuzzer makes none that is longer. */
export const MAX_INPUT_BYTES = 16_384
