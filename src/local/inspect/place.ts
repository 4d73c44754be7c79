/** What the folders on the way to a file tell of where it comes from. Nothing else depends on them: Braze may rename them. */
import { eventTypeFolder } from '../../source/key.ts'

/** The two layouts that Braze documents (see source/key.ts), another one, or files outside of `event_type=` folders. */
export type Layout = 'version' | 'schema_id' | 'other' | 'loose'

export interface Place {
  readonly layout: Layout
  /** `version=12`, or `schema 345`. */
  readonly version?: string
  /** The path of the folder that Braze makes for each Current: `currents/dataexport.prod-01.S3.integration.69ca…`. */
  readonly integration?: string
}

export function placeOf(key: string): Place {
  const folder = eventTypeFolder(key)?.folder
  if (folder === undefined) return { layout: 'loose' }
  const integration = INTEGRATION.exec(key)?.[1] ?? folder.replace(/\/?[^/]*\/$/, '')
  const [, version] = VERSION.exec(key) ?? []
  if (version !== undefined) return { layout: 'version', version: `version=${version}`, integration }
  const [, schemaId] = SCHEMA_ID.exec(key) ?? []
  if (schemaId !== undefined) return { layout: 'schema_id', version: `schema ${schemaId}`, integration }
  return { layout: 'other', integration }
}

const INTEGRATION = /^((?:.*?\/)?dataexport\.[^/]+)\//
const VERSION = /\/version=([^/]+)\//
const SCHEMA_ID = /\/date=[^/]+\/(\d+)\/[^/]+\/[^/]+$/
