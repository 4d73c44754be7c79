/**
 * A window over the last ids of a stream, by 128 bits of each: two tables in linear memory, a recent and an older
 * generation. When the recent one is full it becomes the older one, whose ids are forgotten.
 *
 * Braze's ids are UUIDs. That two of a million different ids agree in 128 bits has a chance below 10^-26.
 */

/** Ids in one generation, at most. */
const GENERATION: u32 = 262_144
let generation: u32 = GENERATION

/** A slot is two 64-bit halves of a hash; both zero means free. Tables are at most half full. */
const SLOT_BYTES: usize = 16
const SMALLEST: u32 = 1024
const LARGEST: u32 = GENERATION * 2
/** A table of n slots lies n slots behind the start of its generation, so that one can grow beside the smaller one. */
const GENERATION_BYTES: usize = <usize>LARGEST * 2 * SLOT_BYTES

/** Where the tables lie: above the compiler's own data, below the host's. Memory that no id has reached costs nothing. */
const IDS_AT: usize = 65_536

let recent: usize = IDS_AT
let recentSlots: u32 = 0
let recentCount: u32 = 0
let older: usize = IDS_AT + GENERATION_BYTES
let olderSlots: u32 = 0

/** The hash of the id that was asked for last. */
let h1: u64 = 0
let h2: u64 = 0

/** Begins a new window, of at least `limit` ids. */
export function forgetIds(limit: u32): void {
  generation = min(limit, GENERATION)
  recentSlots = 0
  recentCount = 0
  olderSlots = 0
}

/** Whether an id, given as bytes, is not among the last ones. Asking remembers it. */
export function isNewId(id: usize, length: i32): bool {
  hash(id, <usize>length)
  if (recentSlots > 0 && found(recent, recentSlots)) return false
  const isNew = olderSlots === 0 || !found(older, olderSlots)
  remember()
  return isNew
}

function remember(): void {
  if (recentCount === generation) turn()
  if (recentCount * 2 >= recentSlots) grow()
  const slot = slotOf(recent, recentSlots)
  store<u64>(slot, h1)
  store<u64>(slot, h2, 8)
  recentCount++
}

function turn(): void {
  const forgotten = older
  older = recent
  olderSlots = recentSlots
  recent = forgotten
  recentSlots = 0
  recentCount = 0
}

function grow(): void {
  const smaller = recent + <usize>recentSlots * SLOT_BYTES
  const end = smaller + <usize>recentSlots * SLOT_BYTES
  recentSlots = recentSlots === 0 ? SMALLEST : recentSlots * 2
  memory.fill(recent + <usize>recentSlots * SLOT_BYTES, 0, <usize>recentSlots * SLOT_BYTES)
  const a = h1
  const b = h2
  for (let at = smaller; at < end; at += SLOT_BYTES) {
    h1 = load<u64>(at)
    h2 = load<u64>(at, 8)
    if ((h1 | h2) === 0) continue
    const slot = slotOf(recent, recentSlots)
    store<u64>(slot, h1)
    store<u64>(slot, h2, 8)
  }
  h1 = a
  h2 = b
}

function found(table: usize, slots: u32): bool {
  const slot = slotOf(table, slots)
  return (load<u64>(slot) | load<u64>(slot, 8)) !== 0
}

/** The slot that holds the hash, or the free one where it belongs. */
function slotOf(table: usize, slots: u32): usize {
  const start = table + <usize>slots * SLOT_BYTES
  const mask = <u64>(slots - 1)
  let i = h1 & mask
  let slot = start + <usize>i * SLOT_BYTES
  while (!isAt(slot)) {
    i = (i + 1) & mask
    slot = start + <usize>i * SLOT_BYTES
  }
  return slot
}

@inline
function isAt(slot: usize): bool {
  const a = load<u64>(slot)
  const b = load<u64>(slot, 8)
  return (a === h1 && b === h2) || (a | b) === 0
}

const C1: u64 = 0x87c37b91114253d5
const C2: u64 = 0x4cf5ad432745937f

/**
 * MurmurHash3, x64, 128 bits, seed 0, little-endian: https://github.com/aappleby/smhasher (public domain; read 2026-11).
 */
function hash(at: usize, length: usize): void {
  let a: u64 = 0
  let b: u64 = 0
  const blocksEnd = at + (length & ~15)
  for (let p = at; p < blocksEnd; p += 16) {
    a = rotl(a ^ mix1(load<u64>(p)), 27) + b
    a = a * 5 + 0x52dce729
    b = rotl(b ^ mix2(load<u64>(p, 8)), 31) + a
    b = b * 5 + 0x38495ab5
  }
  const tail = length & 15
  if (tail > 8) b ^= mix2(partial(blocksEnd + 8, tail - 8))
  if (tail > 0) a ^= mix1(partial(blocksEnd, min<usize>(tail, 8)))
  a ^= length
  b ^= length
  a += b
  b += a
  a = finish(a)
  b = finish(b)
  h1 = a + b
  h2 = b + h1
  // Both zero would mean a free slot.
  if ((h1 | h2) === 0) h1 = 1
}

/** One to eight bytes as a number. Reads eight, whatever the others are. */
@inline
function partial(at: usize, bytes: usize): u64 {
  return load<u64>(at) & (<u64>-1 >> (64 - 8 * <u64>bytes))
}

@inline
function mix1(k: u64): u64 {
  return rotl(k * C1, 31) * C2
}

@inline
function mix2(k: u64): u64 {
  return rotl(k * C2, 33) * C1
}

function finish(k: u64): u64 {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccd
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53
  return k ^ (k >> 33)
}
