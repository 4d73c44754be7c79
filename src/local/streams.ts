/** Which streams a sync reads. */
import { ConfigError } from '../cdk/errors.ts'
import type { AirbyteCatalog, ConfiguredAirbyteCatalog } from '../cdk/protocol.ts'
import { globFilter } from './globs.ts'

/** Every stream of a source, to go on from its state and to append. */
export const everyStream = (catalog: AirbyteCatalog): ConfiguredAirbyteCatalog => ({
  streams: catalog.streams.map((stream) => ({ stream, sync_mode: 'incremental', destination_sync_mode: 'append' })),
})

/** The streams of a catalog that a person means. */
export function chosenStreams(catalog: ConfiguredAirbyteCatalog, globs: string | undefined): ConfiguredAirbyteCatalog {
  const isMeant = globFilter(globs)
  const streams = catalog.streams.filter(({ stream }) => isMeant(stream.name))
  if (streams.length > 0) return { ...catalog, streams }
  const names = catalog.streams.slice(0, 3).map(({ stream }) => stream.name)
  throw new ConfigError(
    `None of the ${catalog.streams.length} streams matches "${globs ?? ''}". They are named like ${names.join(', ')}.`,
  )
}
