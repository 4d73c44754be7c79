/** What the numbers mean for whoever owns the export. */
import { FILE_FINDERS } from './file-findings.ts'
import type { Facts, Finding } from './report.ts'
import { TIME_FINDERS } from './time-findings.ts'

/** Warnings first. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const found = [...TIME_FINDERS, ...FILE_FINDERS].flatMap((find) => find(facts) || [])
  return [...found.filter(({ level }) => level === 'warning'), ...found.filter(({ level }) => level === 'note')]
}
