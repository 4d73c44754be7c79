/** The floor of reading deflated files: reading and inflating alone. Arguments: Avro files. */
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

for (const file of process.argv.slice(2)) {
  const bytes = readFileSync(file)
  let at = bytes.indexOf('avro.schema')
  // The header ends with its 16-byte sync marker, which stands again at the end of the file.
  const sync = bytes.subarray(-16)
  at = bytes.indexOf(sync) + 16
  while (at < bytes.length) {
    const [, afterCount] = long(bytes, at)
    const [size, start] = long(bytes, afterCount)
    inflateRawSync(bytes.subarray(start, start + size))
    at = start + size + 16
  }
}

function long(bytes, at) {
  let n = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    n += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return [n % 2 ? -(n + 1) / 2 : n / 2, at]
  }
}
