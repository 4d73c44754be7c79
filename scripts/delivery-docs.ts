/** Writes the tables of docs/delivery.md: from the code, and from the faults that integration_tests/faults.test.ts plays. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Expected, Fault } from '../integration_tests/faults/fault.ts'
import { FAULTS } from '../integration_tests/faults/faults.ts'
import { type Outcome, outcomeOf } from '../src/destination/delivery/outcome.ts'
import { RETRY_POLICY } from '../src/destination/delivery/retry.ts'
import { code, table } from './mapping-docs/markdown.ts'

const SECTIONS: Readonly<Record<string, () => string>> = {
  statuses,
  patience,
  answers: () => faults(FAULTS.ANSWERS),
  connections: () => faults(FAULTS.CONNECTIONS),
}

/** The page with its tables made anew. */
export function deliveryDocs(page: string): string {
  return Object.entries(SECTIONS).reduce((text, [name, make]) => withSection(text, name, make()), page)
}

function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`The page has no section between "${begin}" and "${end}".`)
  return `${before}${begin}\n\n${text}\n\n${end}${after}`
}

const DONE: Readonly<Record<Outcome['status'], string>> = {
  delivered: 'The events count as delivered. A web page in the place of an answer does not count: the sync stops.',
  refused:
    'One of the events is refused, or all are: the request is cut in half until the bad ones are found. They are rejected, the others are delivered.',
  failed: 'The request is made again.',
  stopped: 'The sync stops at once with a `config_error`: the next request would fare no better.',
}

function statuses(): string {
  const codes = Array.from({ length: 400 }, (_, i) => 200 + i)
  const statusOf = (code: number) =>
    outcomeOf({ code, headers: {}, text: '' }, { name: '', host: '', gzip: false }, 0).status
  const rows = Object.entries(DONE).map(([status, done]) => [
    rangesOf(codes.filter((code) => statusOf(code) === status)),
    done,
  ])
  const none = ['none: no connection, a reset, a time-out', DONE.failed]
  return table(['Answer', 'What is done'], [...rows, none, ['none: no valid certificate, no TLS', DONE.stopped]])
}

/** `400, 413, 500–510`, of ascending numbers. */
function rangesOf(numbers: readonly number[]): string {
  const starts = numbers.filter((n) => !numbers.includes(n - 1))
  const ends = numbers.filter((n) => !numbers.includes(n + 1))
  return starts.map((start, i) => (start === ends[i] ? `${start}` : `${start}–${ends[i]}`)).join(', ')
}

function patience(): string {
  const { firstDelayMs, maxDelayMs, maxAskedMs, patienceMs, askedPatienceMs } = RETRY_POLICY
  const waits = `The first such wait is below ${firstDelayMs / 1000} s, none is longer than ${maxDelayMs / 1000} s. `
  const asked = `If the service asks for more than ${maxAskedMs / MINUTE} minutes, it is asked again after those. `
  const givesUp = `The sync gives up after ${patienceMs / MINUTE} minutes without any success, waits that the service asked for not counted`
  return `${waits}${asked}${givesUp}; of those it bears ${askedPatienceMs / MINUTE / 60} hours.`
}

const MINUTE = 60_000

const faults = (played: readonly Fault[]): string =>
  table(
    ['', 'Arrived', 'States back', 'Exit code', 'First warning, or the error'],
    played.map(({ fault, expected }) => [
      fault,
      arrivedOf(expected),
      expected.states,
      exitOf(expected),
      saysOf(expected),
    ]),
  )

function arrivedOf({ once, twice = 0, kept = 0 }: Expected): string {
  if (twice > 0) return `all, ${twice} of them twice`
  if (kept > 0) return `${once} once; ${kept} kept as rejected`
  return once === 30 ? 'all, once' : once === 0 ? 'none' : `${once} once`
}

const exitOf = ({ exitCode, failure }: Expected): string => (failure ? `${exitCode}, ${code(failure)}` : `${exitCode}`)

const WORDS: Readonly<Record<string, string>> = { service: 'Segment', host: 'api.segment.io', timeout: '30 s' }

const saysOf = ({ says = '' }: Expected): string =>
  says.replaceAll(/\{(\w+)\}/g, (_, word: string) => WORDS[word] ?? '')

const PAGE = new URL('../docs/delivery.md', import.meta.url)

if (process.argv[1]?.endsWith('delivery-docs.ts')) writeFileSync(PAGE, deliveryDocs(readFileSync(PAGE, 'utf8')))
