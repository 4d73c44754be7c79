/** The bytes of a file, in chunks of any size, at hand or not. A chunk may be lent: good until the next one is asked for. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type ChunkIterator = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

export const iteratorOf = (file: Chunks): ChunkIterator =>
  Symbol.iterator in file ? file[Symbol.iterator]() : file[Symbol.asyncIterator]()
