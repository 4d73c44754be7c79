/** Programs as assembly/mapper.ts reads them: 32-bit numbers, and the texts that they point to. */
import { type ByteString, bytesOf } from '../../cdk/bytes.ts'
import type { Program, Step } from '../mapping/steps.ts'

/** A program, with what its lines look like. */
export interface LineProgram extends Pick<Program, 'numbers' | 'steps'> {
  /** What the lines begin with, up to the brace of `data` and with it. */
  readonly head: ByteString
  /** The members that `data` may have, in their usual order. */
  readonly names: readonly ByteString[]
}

/** As in assembly/mapper.ts. */
const KIND = {
  text: 0,
  member: 1,
  open: 2,
  close: 3,
  time: 4,
  absent: 5,
  id: 6,
  'need-id': 7,
  'bare-id': 8,
  'bare-name': 9,
  'is-object': 10,
  members: 11,
  route: 12,
} as const

/** Texts are read in steps of so many bytes. */
const SLACK = 16

/** The program's bytes, to lie at address `at`. It begins there. */
export function tableOf({ head, names, numbers, steps }: LineProgram, at: number): Buffer {
  const table = new Table(at)
  const members = names.map((name, i) => [table.text(`${JSON.stringify(name)}:`), numbers[i] ?? 0, 0])
  const encoded = steps.flatMap((step) => encode(step, table))
  const line = table.text(head)
  return table.bytes([
    line,
    table.list(members.flat(2)),
    members.length,
    table.list(encoded.flat(2)),
    encoded.length,
    valueCountOf(numbers, steps),
  ])
}

/** An address and a length. */
type Span = readonly [at: number, length: number]
type Row = readonly (number | Span)[]

function encode(step: Step, table: Table): readonly Row[] {
  switch (step.kind) {
    case 'text':
      return [[KIND.text, table.text(step.text), 0, 0]]
    case 'member':
      // Each leads past those that are asked only if it is absent.
      return step.numbers.map((number, i) => [KIND.member, table.text(step.key), number, step.numbers.length - 1 - i])
    case 'object': {
      const steps = step.steps.flatMap((inner) => encode(inner, table))
      return [[KIND.open, table.text(step.key), 0, 0], ...steps, [KIND.close, NO_TEXT, 0, 0]]
    }
    case 'id':
      return [[KIND.id, table.text(step.key), step.number, 0]]
    case 'need-id':
      return [[KIND['need-id'], NO_TEXT, 0, 0]]
    case 'bare-id':
      return [[KIND['bare-id'], NO_TEXT, step.number, step.maxBytes]]
    case 'members': {
      const names = step.reserved.map((name) => table.text(JSON.stringify(name)))
      return [[KIND.members, [table.list(names.flat()), 0], step.number, names.length]]
    }
    case 'route':
      return [[KIND.route, table.text(step.text), step.number, step.key]]
    case 'time':
    case 'absent':
    case 'bare-name':
    case 'is-object':
      return [[KIND[step.kind], NO_TEXT, step.number, 0]]
  }
}

const NO_TEXT: Span = [0, 0]

function valueCountOf(numbers: readonly number[], steps: readonly Step[]): number {
  return Math.max(-1, ...numbers, ...steps.flatMap(numbersIn)) + 1
}

function numbersIn(step: Step): readonly number[] {
  if (step.kind === 'member') return step.numbers
  if (step.kind === 'object') return step.steps.flatMap(numbersIn)
  return 'number' in step ? [step.number] : []
}

/** Memory that grows from its beginning. */
class Table {
  readonly #at: number
  readonly #parts: Buffer[] = []
  readonly #texts = new Map<ByteString, Span>()
  #length = HEADER_BYTES

  constructor(at: number) {
    this.#at = at
  }

  /** Where a text lies; the same for the same text. */
  text(text: ByteString): Span {
    const known = this.#texts.get(text)
    if (known) return known
    const span: Span = [this.#put(bytesOf(text)), text.length]
    this.#texts.set(text, span)
    return span
  }

  list(numbers: readonly number[]): number {
    return this.#put(wordsOf(numbers))
  }

  bytes(header: Row): Buffer {
    return Buffer.concat([wordsOf(header.flat()), ...this.#parts])
  }

  #put(bytes: Buffer): number {
    const at = this.#at + this.#length
    // Numbers are read fastest at multiples of four.
    const room = (bytes.length + SLACK + 3) & ~3
    const part = Buffer.alloc(room)
    bytes.copy(part)
    this.#parts.push(part)
    this.#length += room
    return at
  }
}

const HEADER_BYTES = 7 * 4

const wordsOf = (numbers: readonly number[]): Buffer => Buffer.from(Uint32Array.from(numbers).buffer)
