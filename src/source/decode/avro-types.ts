/**
 * avsc types for any schema, made to survive damaged bytes and to keep every digit.
 *
 * avsc itself rounds longs, and takes the item count of an array or map at its word: a flipped bit fills the memory.
 */
import avro, { type Schema, type Type } from 'avsc'
import { BrokenFileError } from './decoder.ts'
import { exactLong } from './exact-long.ts'
import { isOnLong, logicalTypes } from './logical-types.ts'

/**
 * Values: longs are bigints, unions are wrapped in an object by branch name, maps are lists of entries. Throws a
 * BrokenFileError for a schema that makes no sense.
 */
export function avroTypeOf(schema: string): Type {
  try {
    return avro.Type.forSchema(JSON.parse(schema, readable), {
      // Types may have the names of what every object has.
      registry: Object.assign(Object.create(null), { long: exactLong }),
      wrapUnions: 'always',
      omitRecordMethods: true,
      logicalTypes,
      typeHook: ownType,
    })
  } catch (cause) {
    throw new BrokenFileError('the schema in the header makes no sense', 0, { cause })
  }
}

/** Needed only to resolve one schema with another. avsc is strict about them, writers are not. */
const UNUSED = ['default', 'aliases', 'order']

/** What stands for the name __proto__, which would set the prototype of avsc's objects instead of a field. */
const PROTO = '__proto__of_avro'

/** The name of a field as the file has it. */
export const nameOf = ({ name }: { readonly name: string }): string => (name === PROTO ? '__proto__' : name)

const readable = (key: string, value: unknown): unknown =>
  UNUSED.includes(key) ? undefined : key === 'name' && value === '__proto__' ? PROTO : value

/** What we use of avsc's reader and of its types' own way to read, which its declarations leave out. */
interface Tap {
  readonly pos: number
  readLong(): number
  skipLong(): void
  readString(): string
  isValid(): boolean
}
const readBy = (type: Type, tap: Tap): unknown => (type as unknown as { _read(tap: Tap): unknown })._read(tap)

function ownType(schema: Schema, options: unknown): Type | undefined {
  const { type, logicalType } = schema as { readonly type?: unknown; readonly logicalType?: string }
  switch (type) {
    case 'array':
      return new BoundedArray(schema, options)
    case 'map':
      return new BoundedMap(schema, options)
    case 'long':
      // avsc looks up the name `long` in its registry, but not `{ type: 'long' }`.
      return isOnLong(logicalType) ? undefined : exactLong
    default:
      return undefined
  }
}

class BoundedArray extends avro.types.ArrayType {
  _read(tap: Tap): unknown {
    return readItems(tap, () => readBy(this.itemsType, tap))
  }
}

class BoundedMap extends avro.types.MapType {
  _read(tap: Tap): unknown {
    const values: Type = this.valuesType
    return readItems(tap, () => [tap.readString(), readBy(values, tap)])
  }
}

/** Items that take no bytes, such as nulls, could be any number. */
const MAX_ITEMS_WITHOUT_BYTES = 1 << 16

function readItems(tap: Tap, read: () => unknown): readonly unknown[] {
  const items: unknown[] = []
  let withoutBytes = 0
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    // A negative count is followed by the size of the block.
    if (count < 0) tap.skipLong()
    for (let i = 0; i < Math.abs(count); i++) {
      const start = tap.pos
      items.push(read())
      if (tap.pos === start) withoutBytes++
      if (!tap.isValid() || withoutBytes > MAX_ITEMS_WITHOUT_BYTES) throw new Error('an item count is damaged')
    }
    if (!tap.isValid()) throw new Error('an item count is damaged')
  }
  return items
}
