/** Breeds inputs. Pure: the same random numbers give the same bytes. */
import type { Random } from '../../src/local/random.ts'
import { MAX_INPUT_BYTES } from './target.ts'

/** What inputs are bred from. */
export interface Stock {
  readonly inputs: readonly Buffer[]
  readonly words: readonly Buffer[]
}

type Mutation = (input: Buffer, random: Random, stock: Stock) => Buffer

/** A child of one of the inputs: a few changes, more of them the rarer. */
export function child(random: Random, stock: Stock): Buffer {
  let input = random.pick(stock.inputs)
  do input = random.pick(MUTATIONS)(input, random, stock)
  while (random.chance(0.6))
  return input.subarray(0, MAX_INPUT_BYTES)
}

/** Bytes at which formats turn: signs, ends of ranges, marks of JSON. */
const TURNING_POINTS = [0x00, 0x01, 0x02, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xff]

/** Numbers as Avro writes them: 0, -1, 2^31, 2^53, -2^63, one that never ends. */
const VARINTS = ['00', '01', '8080808010', '80808080808040', 'ffffffffffffffffff01', 'ffffffffffffffffffffff']

const MUTATIONS: readonly Mutation[] = [
  (input, random) => changed(input, random, (byte) => byte ^ (1 << random.below(8))),
  (input, random) => changed(input, random, () => random.pick(TURNING_POINTS)),
  (input, random) => changed(input, random, (byte) => byte + random.below(9) - 4),
  (input, random) => changed(input, random, () => random.below(256)),
  (input, random) => replaced(input, partOf(input, random), Buffer.alloc(0)),
  (input, random) => insertedAt(input, random, slice(input, partOf(input, random))),
  (input, random, { words }) => insertedAt(input, random, pickOr(words, random)),
  (input, random, { words }) => replaced(input, partOf(input, random), pickOr(words, random)),
  (input, random) => insertedAt(input, random, Buffer.from(random.pick(VARINTS), 'hex')),
  (input, random) => replaced(input, partOf(input, random), Buffer.from(random.pick(VARINTS), 'hex')),
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  (input, random, { inputs }) => spliced(input, random.pick(inputs), random),
  (input, random, { inputs }) => {
    const other = random.pick(inputs)
    return replaced(input, partOf(input, random), slice(other, partOf(other, random)))
  },
  (input, random) => {
    const part = slice(input, partOf(input, random))
    return insertedAt(input, random, Buffer.concat(Array.from({ length: 1 + random.below(40) }, () => part)))
  },
]

interface Part {
  readonly start: number
  readonly end: number
}

/** Mostly short. */
function partOf(input: Buffer, random: Random): Part {
  const start = random.below(input.length + 1)
  const length = random.chance(0.8) ? random.below(12) : random.below(input.length + 1)
  return { start, end: Math.min(input.length, start + length) }
}

const slice = (input: Buffer, { start, end }: Part): Buffer => input.subarray(start, end)

const replaced = (input: Buffer, { start, end }: Part, by: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, start), by, input.subarray(end)])

function insertedAt(input: Buffer, random: Random, part: Buffer): Buffer {
  const at = random.below(input.length + 1)
  return replaced(input, { start: at, end: at }, part)
}

function changed(input: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (input.length === 0) return Buffer.from([random.below(256)])
  const copy = Buffer.from(input)
  const at = random.below(copy.length)
  copy[at] = change(copy[at] ?? 0)
  return copy
}

const spliced = (head: Buffer, tail: Buffer, random: Random): Buffer =>
  Buffer.concat([head.subarray(0, random.below(head.length + 1)), tail.subarray(random.below(tail.length + 1))])

const pickOr = (words: readonly Buffer[], random: Random): Buffer =>
  words.length > 0 ? random.pick(words) : Buffer.from([random.below(256)])
