import { type ByteString, copyOf, fromByteString } from './bytes.ts'
import type { RawObject } from './input.ts'
import { type Scanner, unquoted } from './json.ts'
import { type Token, tokenOf } from './json-words.ts'

/** The value that a raw JSON text stands for. Long numbers lose digits, as everywhere in JavaScript. */
export const parseRaw = (value: ByteString): unknown => JSON.parse(fromByteString(value))

/** A RawObject as JSON text. */
export function writeRaw({ names, values }: RawObject): ByteString {
  // JSON.stringify leaves the bytes from 0x80 on as they are.
  return `{${names.map((name, i) => `${JSON.stringify(name)}:${values[i]}`).join()}}`
}

/**
 * Reads the objects of many records. Those with the same members in the same order share one `names` array: what
 * depends on names alone need then be worked out once for all of them (in a WeakMap, say).
 */
export class RawObjectReader {
  #start = newShape()
  /** How many names are kept. */
  #size = 0

  /**
   * The object at the scanner, which is left behind it. Of members with one name the last counts. Means nothing if the
   * scanner has failed.
   */
  read(scanner: Scanner): RawObject {
    const { text } = scanner
    const values: ByteString[] = []
    let shape = this.#start
    for (let next = this.#next(shape, scanner); next; next = this.#next(shape, scanner)) {
      shape = next
      const { at } = scanner
      scanner.skipValue()
      values.push(text.substring(at, scanner.at))
    }
    const { names, places } = this.#layoutOf(shape)
    return { names, values: places ? rearranged(values, places) : values }
  }

  /** Moves to the next value, if there is one. */
  #next(shape: Shape, scanner: Scanner): Shape | undefined {
    if (shape.recent && scanner.skip(shape.recent.token)) return shape.recent
    const found = shape === this.#start ? scanner.openObject() : scanner.nextMember()
    if (!found) return undefined
    const quotedName = scanner.text.substring(scanner.nameStart, scanner.nameEnd)
    shape.recent = shape.next.get(quotedName) ?? this.#grow(shape, quotedName)
    return shape.recent
  }

  #grow(parent: Shape, quotedName: ByteString): Shape {
    const shape = newShape(copyOf(quotedName), parent)
    parent.next.set(shape.quotedName, shape)
    this.#size++
    return shape
  }

  #layoutOf(shape: Shape): Layout {
    if (shape.layout) return shape.layout
    const layout = layoutOf(shape)
    shape.layout = layout
    this.#size += layout.names.length
    if (this.#size > MAX_NAMES) this.#forget()
    return layout
  }

  #forget(): void {
    this.#start = newShape()
    this.#size = 0
  }
}

/** Bounds what records of ever new shapes make us remember. */
const MAX_NAMES = 100_000

/** The members of an object up to one of them, by name and order: what JavaScript engines call a hidden class. */
interface Shape {
  /** The last member's name as it stands in the text. */
  readonly quotedName: ByteString
  /** What comes before the last member's value in compact JSON. */
  readonly token: Token
  readonly parent: Shape | undefined
  readonly next: Map<ByteString, Shape>
  /** Where the last object went on to; the next one probably will, too. */
  recent: Shape | undefined
  layout: Layout | undefined
}

interface Layout {
  readonly names: readonly ByteString[]
  /** The place of each member's value among `names`, where that is not the order of the text. */
  readonly places: readonly number[] | undefined
}

const newShape = (quotedName: ByteString = '""', parent?: Shape): Shape => ({
  quotedName,
  token: tokenOf(`${parent?.parent ? ',' : '{'}${quotedName}:`),
  parent,
  next: new Map(),
  recent: undefined,
  layout: undefined,
})

function layoutOf(shape: Shape): Layout {
  const places = new Map<ByteString, number>()
  const order = namesOf(shape).map((name) => places.get(name) ?? places.set(name, places.size).size - 1)
  return { names: [...places.keys()], places: places.size === order.length ? undefined : order }
}

function namesOf(shape: Shape): ByteString[] {
  const names: ByteString[] = []
  for (let at = shape; at.parent; at = at.parent) names.push(unquoted(at.quotedName))
  return names.reverse()
}

function rearranged(values: readonly ByteString[], places: readonly number[]): ByteString[] {
  const inPlace: ByteString[] = []
  for (const [i, place] of places.entries()) inPlace[place] = values[i] ?? ''
  return inPlace
}
