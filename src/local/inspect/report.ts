/**
 * What `inspect --json` prints. Names and meanings stay as they are within one `format`; members may be added. Hours are
 * spelled as in the export, `2025-04-01-17` (UTC); counts of events marked as estimated are by the bytes.
 */
import type { Hour } from '../../source/hours.ts'
import type { SameName } from './names.ts'
import type { Layout } from './place.ts'
import type { BrokenFile, LateFile, Listed, OtherType } from './tally.ts'

export interface InspectReport extends Facts {
  /** What a person should know, warnings first. */
  readonly findings: readonly Finding[]
}

export interface Finding {
  readonly level: 'warning' | 'note'
  /** Stays the same when the words change. */
  readonly code: string
  /** The fact and, if there is one, the remedy. */
  readonly message: string
  /** Some of what is meant: keys, event types, fields. */
  readonly examples: readonly string[]
}

/** The report but for what is concluded from it. */
export interface Facts {
  readonly format: 1
  /** ISO 8601. */
  readonly inspectedAt: string
  /** Where the export lies, without anything secret. */
  readonly location: string
  /** What was asked for, where that is not everything. */
  readonly limits: { readonly streams?: string; readonly startDate?: string; readonly endDate?: string }
  /** Hours before the last sync that the source searches for late files. */
  readonly lookbackHours: number
  readonly totals: Totals
  readonly counting: Counting
  /** By event type. */
  readonly types: readonly TypeReport[]
  /** One for each Current: the folder that Braze makes for it. */
  readonly integrations: readonly IntegrationReport[]
  /** `version`: date=…/version=…/…; `schema_id`: date=…/<schema id>/…; `loose`: outside of event_type= folders. */
  readonly layouts: readonly (SeenReport & { readonly layout: Layout })[]
  /** Up to 100 items of each of these. */
  readonly broken: Listed<Omit<BrokenFile, 'hour'> & { readonly hour?: Hour }>
  /** Modified more than two hours after the end of their hour; the latest first. */
  readonly late: Listed<LateFile> & { readonly beyondLookback: number }
  /** Files of one event type with the same name in two folders; of each type the first 300,000 names are compared with. */
  readonly sameNames: Listed<SameName>
  /** Files whose content names another event type than their folder. */
  readonly otherTypes: Listed<OtherType>
  /** JSON events that don't say their type: no stream reads them. */
  readonly namelessEvents: number
  /** Files that were deleted while we looked. */
  readonly goneFiles: number
}

export interface Totals {
  readonly types: number
  readonly files: number
  readonly bytes: number
  readonly events: number
  readonly isEstimated: boolean
  readonly firstHour?: Hour | undefined
  /** The newest one that is not in the future. */
  readonly newestHour?: Hour | undefined
  /** Milliseconds since the end of that hour; negative while it lasts. */
  readonly ageMs?: number | undefined
  /** Of the files with a date. */
  readonly datedFiles: number
  /** In hours that are still to come. */
  readonly futureFiles: number
  /** ISO 8601. */
  readonly newestModified?: string | undefined
  /** The share of the last 168 hours up to the newest one that have files of any type. */
  readonly recentShare: number
}

/** How the events were counted. */
export interface Counting {
  readonly openedFiles: number
  /** Set if not every file was opened: at most `each` files of each event type and every so many `hours` were. */
  readonly sample?: { readonly each: number; readonly hours: number } | undefined
  /** Set if of each file no more was read than this, and a little. */
  readonly mostBytes?: number | undefined
}

export interface TypeReport {
  readonly eventType: string
  readonly status: 'current' | 'announced' | 'legacy' | 'unknown'
  readonly files: number
  readonly bytes: number
  readonly events: number
  readonly isEstimated: boolean
  readonly firstHour?: Hour | undefined
  readonly lastHour?: Hour | undefined
  /** Those with files, ascending. */
  readonly hours: readonly HourReport[]
  /** Files without a date. */
  readonly undated: Omit<HourReport, 'hour'>
  /** See GAP_RULE. */
  readonly gaps: readonly GapReport[]
  /** As many as would be usual in the gaps, about. */
  readonly missingFiles: number
  /** Distinct Avro schemas in the headers that were read, the oldest first. */
  readonly schemas: readonly SchemaReport[]
  /** In the keys: `version=12`, `schema 345`. */
  readonly versions: readonly (SeenReport & { readonly version: string })[]
  /** Fields that the catalogue of this connector does not know. They flow all the same. */
  readonly unknownFields: readonly (SeenReport & { readonly name: string; readonly type?: string })[]
  readonly brokenFiles: number
  readonly lateFiles: number
}

export interface HourReport {
  readonly hour: Hour
  readonly files: number
  readonly bytes: number
  readonly events: number
}

export interface GapReport {
  readonly first: Hour
  /** Inclusive. */
  readonly last: Hour
  readonly hours: number
  /** About. */
  readonly expectedFiles: number
  /** It lasts until the newest hour of the export: the type seems to have stopped. */
  readonly isOpen: boolean
}

/** In how many files (of those opened, if the content tells) and which hours. */
export interface SeenReport {
  readonly files: number
  readonly firstHour?: Hour | undefined
  readonly lastHour?: Hour | undefined
}

export interface SchemaReport extends SeenReport {
  /** The same for the same fields of the same types, whatever their documentation says. */
  readonly fingerprint: string
  readonly fields: number
  /** Compared with the schema before it in the list. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** Of the keys of its files. */
  readonly versions: readonly string[]
  readonly codecs: readonly string[]
}

export interface IntegrationReport extends SeenReport {
  readonly folder: string
  readonly bytes: number
  readonly types: number
}
