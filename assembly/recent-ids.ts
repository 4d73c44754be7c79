/**
 * A window over the last ids of a stream, by 128 bits of each: a recent and an older generation. When the recent one is
 * full it becomes the older one, whose ids are forgotten.
 *
 * A generation keeps its hashes one behind the other. Both share an index, so that one cache line answers for both: a
 * bucket is such a line, its halves belong to the generations.
 *
 * Braze's ids are UUIDs. That two of a million different ids agree in 128 bits has a chance below 10^-26.
 */

/** Ids in one generation, at most. */
const GENERATION: u32 = 262_144
let generation: u32 = GENERATION

/** Half a bucket holds eight entries. They are at most half full, so the next bucket is seldom asked. */
const BUCKET_BYTES: usize = 64
const HALF_BYTES: usize = 32
const ENTRIES: u32 = 8
const SMALLEST: u32 = 256
const LARGEST: u32 = (GENERATION * 2) / ENTRIES
let buckets: u32 = 0

/** Where the index and the hashes lie: above the compiler's own data, below the host's. What no id has reached costs nothing. */
const INDEX_AT: usize = 65_536
const HASH_BYTES: usize = 16
const HASHES_AT: usize = INDEX_AT + <usize>LARGEST * BUCKET_BYTES
const HASHES_BYTES: usize = <usize>GENERATION * HASH_BYTES

/**
 * An entry is 0, or 13 bits of the hash above the number of the id within its generation, from 1 on. The lowest of the
 * 13 is set, lest a free entry looks like one that is taken.
 */
const NUMBER_BITS: u32 = 19

/** Where the halves of the generation begin in their buckets, and where its hashes lie. */
let recentHalf: usize = 0
let recentHashes: usize = HASHES_AT
let recentCount: u32 = 0
let olderCount: u32 = 0

/** Hashes of ids that will be asked for, sixteen at most. */
const EXPECTED_AT: usize = memory.data(256, 16)
/** Kept, lest the compiler leave out what is read for the memory's sake only. */
let touched: u32 = 0

/** The hash of the id that was asked for last. */
let h1: u64 = 0
let h2: u64 = 0

/** Begins a new window, of at least `limit` ids. */
export function forgetIds(limit: u32): void {
  generation = min(limit, GENERATION)
  recentCount = 0
  olderCount = 0
  buckets = SMALLEST
  memory.fill(INDEX_AT, 0, <usize>SMALLEST * BUCKET_BYTES)
}

/** Whether an id, given as bytes, is not among the last ones. Asking remembers it. */
export function isNewId(id: usize, length: i32): bool {
  expectId(0, id, length)
  return isExpectedIdNew(0)
}

/** Announces that an id will be asked for as the `i`-th. */
export function expectId(i: i32, id: usize, length: i32): void {
  hash(id, <usize>length)
  const hashes = EXPECTED_AT + <usize>i * HASH_BYTES
  store<u64>(hashes, h1)
  store<u64>(hashes, h2, 8)
}

/** Brings the buckets of the first `count` expected ids into reach: their memory is fetched side by side. */
export function reachExpectedIds(count: i32): void {
  let all: u32 = 0
  for (let i = 0; i < count; i++) all ^= load<u32>(bucketOf(load<u64>(EXPECTED_AT + <usize>i * HASH_BYTES)))
  touched = all
}

/** The answer for an id that is expected: whether it is not among the last ones. It is remembered. */
export function isExpectedIdNew(i: i32): bool {
  const hashes = EXPECTED_AT + <usize>i * HASH_BYTES
  h1 = load<u64>(hashes)
  h2 = load<u64>(hashes, 8)
  if (recentCount === generation) turn()
  if (recentCount * 2 >= buckets * ENTRIES) grow()
  const entry = entryOf(recentHalf, recentHashes)
  if (load<u32>(entry) !== 0) return false
  remember(entry)
  return olderCount === 0 || load<u32>(entryOf(recentHalf ^ HALF_BYTES, olderHashes())) === 0
}

@inline
function olderHashes(): usize {
  return recentHashes === HASHES_AT ? HASHES_AT + HASHES_BYTES : HASHES_AT
}

@inline
function remember(entry: usize): void {
  const at = recentHashes + <usize>recentCount * HASH_BYTES
  store<u64>(at, h1)
  store<u64>(at, h2, 8)
  store<u32>(entry, (tag() << NUMBER_BITS) | ++recentCount)
}

/** No entry moves: the halves change their parts. The index has its full size by now. */
function turn(): void {
  recentHashes = olderHashes()
  recentHalf ^= HALF_BYTES
  olderCount = recentCount
  recentCount = 0
  const end = INDEX_AT + <usize>buckets * BUCKET_BYTES
  for (let half = INDEX_AT + recentHalf; half < end; half += BUCKET_BYTES) memory.fill(half, 0, HALF_BYTES)
}

/** There is no older generation yet. */
function grow(): void {
  buckets *= 4
  memory.fill(INDEX_AT, 0, <usize>buckets * BUCKET_BYTES)
  const a = h1
  const b = h2
  const count = recentCount
  for (recentCount = 0; recentCount < count; ) {
    const at = recentHashes + <usize>recentCount * HASH_BYTES
    h1 = load<u64>(at)
    h2 = load<u64>(at, 8)
    remember(entryOf(recentHalf, recentHashes))
  }
  h1 = a
  h2 = b
}

/** The entry of the hash in the half, or the free one where it belongs. */
function entryOf(half: usize, hashes: usize): usize {
  const tags = i32x4.splat(tag())
  let bucket = bucketOf(h1)
  while (true) {
    const at = bucket + half
    const low = v128.load(at)
    const high = v128.load(at, 16)
    const lowAlike = i32x4.eq(i32x4.shr_u(low, NUMBER_BITS), tags)
    const highAlike = i32x4.eq(i32x4.shr_u(high, NUMBER_BITS), tags)
    for (let alike = mask8(lowAlike, highAlike); alike !== 0; alike &= alike - 1) {
      const entry = at + 4 * ctz(alike)
      if (isHashAt(hashes, load<u32>(entry))) return entry
    }
    const zero = i32x4.splat(0)
    const free = mask8(i32x4.eq(low, zero), i32x4.eq(high, zero))
    if (free !== 0) return at + 4 * ctz(free)
    bucket = bucketOf(<u64>(bucket - INDEX_AT) / BUCKET_BYTES + 1)
  }
}

@inline
function bucketOf(hash: u64): usize {
  return INDEX_AT + <usize>(<u32>hash & (buckets - 1)) * BUCKET_BYTES
}

/** A bit for each of eight entries. */
@inline
function mask8(low: v128, high: v128): u32 {
  return <u32>i32x4.bitmask(low) | (<u32>i32x4.bitmask(high) << 4)
}

@inline
function tag(): u32 {
  return <u32>(h2 >>> (32 + NUMBER_BITS)) | 1
}

@inline
function isHashAt(hashes: usize, entry: u32): bool {
  const at = hashes + <usize>((entry & ((1 << NUMBER_BITS) - 1)) - 1) * HASH_BYTES
  return load<u64>(at) === h1 && load<u64>(at, 8) === h2
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
