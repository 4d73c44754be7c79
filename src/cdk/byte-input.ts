/** Bytes that come in, each chunk good until the next one is asked for. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  /** No more is read: whoever waits for a chunk gets the end or an error. */
  destroy(): void
}
