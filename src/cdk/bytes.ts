/**
 * A string in which every character is one byte (0 to 255), as in Web IDL. We hold UTF-8 this way on hot paths: slicing,
 * searching and concatenating run at native speed, `length` is the number of encoded bytes, and no character is ever
 * decoded or encoded. JSON's own characters are all ASCII, so its structure can be read from it as it stands.
 */
export type ByteString = string & { readonly byteString?: never }

export const byteStringOf = (bytes: Uint8Array): ByteString =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** The bytes of some text as UTF-8. */
export const toByteString = (text: string): ByteString => Buffer.from(text, 'utf8').toString('latin1')

/** The text whose UTF-8 bytes these are. */
export const fromByteString = (bytes: ByteString): string =>
  isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')

export const bytesOf = (bytes: ByteString): Buffer => Buffer.from(bytes, 'latin1')

/** The same bytes in memory of their own. A part of a string otherwise keeps the whole of it from being freed. */
export const copyOf = (bytes: ByteString): ByteString => bytesOf(bytes).toString('latin1')

/** Bytes below 0x80 are the same in every encoding, and most text is such. */
const isAscii = (bytes: ByteString): boolean => !/[\x80-\xff]/.test(bytes)
