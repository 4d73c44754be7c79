/** What is wrong with the hours of an export. */
import { countOf, countText } from '../../cdk/counts.ts'
import { durationText } from '../format.ts'
import { type Find, note, warning } from './finding.ts'
import { HOUR_MS } from './hour.ts'
import type { Facts, TypeReport } from './report.ts'

/** An export with files in that share of its hours should not be silent for long. */
const STEADY_SHARE = 0.8
const STEADY_PATIENCE_MS = 3 * HOUR_MS
const PATIENCE_MS = 24 * HOUR_MS

const stopped: Find = ({ totals: { newestHour, ageMs = 0, recentShare }, limits, inspectedAt }) => {
  const patienceMs = recentShare >= STEADY_SHARE ? STEADY_PATIENCE_MS : PATIENCE_MS
  if (newestHour === undefined || ageMs <= patienceMs || limits.endDate !== undefined) return false
  const what = limits.streams === undefined ? 'The export seems' : `The streams ${limits.streams} seem`
  return warning(
    'export_stopped',
    `${what} to have stopped: the newest hour is ${newestHour}, which ended ${durationText(ageMs)} ago. ` +
      'Look at the Current in Braze (Partner Integrations, Data Export): whether it is active, whether its credentials have expired, and whether it may still write to the bucket. ' +
      lossText(Date.parse(inspectedAt) - ageMs, ageMs),
  )
}

/**
 * How long Braze keeps what it can't deliver: 5 days, then it is dropped for good; 48 hours by older pages.
 * https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/event_delivery_semantics (read 2026-11)
 */
const KEPT_MS = 5 * 24 * HOUR_MS

const lossText = (endedMs: number, ageMs: number): string =>
  ageMs < KEPT_MS
    ? `Braze drops what it can't deliver after up to 5 days (48 hours by older documentation) and can't send it again, so act before ${minuteText(endedMs + KEPT_MS)}.`
    : "Braze drops what it can't deliver after up to 5 days (48 hours by older documentation) and can't send it again: events since then may be lost."

const minuteText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`

const gaps: Find = ({ types }) => {
  const all = types.filter(({ gaps }) => gaps.some(({ isOpen }) => !isOpen))
  return (
    all.length > 0 &&
    warning(
      'gaps',
      `Without files in hours in which ten or more would be usual: ${countOf(all.length, 'event type')}. Compare with Braze's own numbers of those hours: what could not be delivered for too long is lost.`,
      all.toSorted((a, b) => b.missingFiles - a.missingFiles).map(gapExample),
    )
  )
}

function gapExample({ eventType, gaps }: TypeReport): string {
  const [longest, ...others] = gaps.filter(({ isOpen }) => !isOpen).sort((a, b) => b.hours - a.hours)
  const more = others.length > 0 ? `, and ${countOf(others.length, 'more gap')}` : ''
  return `${eventType}: ${longest?.first} to ${longest?.last}, about ${countOf(longest?.expectedFiles ?? 0, 'file')}${more}`
}

const stoppedTypes: Find = ({ types }) => {
  const all = types.filter(({ gaps }) => gaps.some(({ isOpen }) => isOpen))
  return (
    all.length > 0 &&
    warning(
      'types_stopped',
      `Stopped, it seems, while others go on: ${countOf(all.length, 'event type')}. Check that the Current in Braze still exports them.`,
      all.map(({ eventType, lastHour }) => `${eventType}: last in ${lastHour}`),
    )
  )
}

/** Beyond this share of late files it is no delay any more. */
const COPIED_SHARE = 0.5
export const isCopied = ({ late, totals }: Pick<Facts, 'late' | 'totals'>): boolean =>
  late.count >= COPIED_SHARE * totals.datedFiles && late.count >= 10

const late: Find = (facts) => {
  const { late, totals, lookbackHours } = facts
  const [latest] = late.items
  if (!latest) return false
  const fact = `${countText(late.count)} of ${countOf(totals.datedFiles, 'file')} with a date arrived more than 2 hours after their hour, the latest ${durationText(latest.lateMs)} after it.`
  if (isCopied(facts)) return note('copied', `${fact} With so many, the export was probably copied or restored.`)
  const examples = late.items.map(({ key, lateMs }) => `${key}: ${durationText(lateMs)} late`)
  if (late.beyondLookback === 0)
    return note('late_files', `${fact} The source looks back ${lookbackHours} hours, so it finds them.`, examples)
  return warning(
    'late_beyond_lookback',
    `${fact} Later than lookback_hours (${lookbackHours}), and so missed by a sync that had passed their hour: ${countOf(late.beyondLookback, 'file')}. Set lookback_hours to ${Math.ceil(latest.lateMs / HOUR_MS) + 1} or more.`,
    examples,
  )
}

const future: Find = ({ totals: { futureFiles } }) =>
  futureFiles > 0 &&
  warning(
    'future_hours',
    `In hours that are still to come: ${countOf(futureFiles, 'file')}. Check the clock of this machine, and who wrote those files.`,
  )

export const TIME_FINDERS: readonly Find[] = [stopped, gaps, stoppedTypes, late, future]
