/**
 * Lists the licences of what is shipped, by the lock file, and fails if one is not allowed:
 * `npx tsx scripts/licences.ts`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface LockedPackage {
  readonly license?: string
  readonly dev?: boolean
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/** They ask for no more than that their text is kept. SPDX identifiers: https://spdx.org/licenses/ (read 2026-11). */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
])

const UNKNOWN = 'unknown'

/** The number of packages by licence, the most frequent first. Neither this package nor development's count. */
export function licencesOf(packages: LockedPackages): readonly (readonly [licence: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const [, { license = UNKNOWN }] of shipped(packages)) counts.set(license, (counts.get(license) ?? 0) + 1)
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

/** A line for each package whose licence is not allowed or not told. */
export function forbidden(packages: LockedPackages): readonly string[] {
  return shipped(packages)
    .filter(([, { license = UNKNOWN }]) => !isAllowed(license))
    .map(([path, { license = UNKNOWN }]) => `${path}: ${license}`)
}

const shipped = (packages: LockedPackages): readonly (readonly [string, LockedPackage])[] =>
  Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)

/** One of those joined by OR will do. With AND among them, each must be allowed, which may ask too much but never too little. */
function isAllowed(expression: string): boolean {
  const words = expression.split(/[\s()]+/).filter((word) => word !== '')
  const licences = words.filter((word) => word !== 'OR' && word !== 'AND')
  const allows = (licence: string) => ALLOWED.has(licence)
  const isChoice = !words.includes('AND') && !words.includes('WITH')
  return isChoice ? licences.some(allows) : licences.every(allows)
}

function main(): void {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
  const { packages } = JSON.parse(lock) as { readonly packages: LockedPackages }
  for (const [licence, count] of licencesOf(packages)) console.log(`${String(count).padStart(5)}  ${licence}`)
  const faults = forbidden(packages)
  for (const fault of faults) console.error(`not allowed: ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
