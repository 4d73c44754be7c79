import * as z from 'zod'
import type { Source } from '../../../src/cdk/connector.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { record } from '../../../src/cdk/messages.ts'
import { checkpoint, readStreams, type Stream } from '../../../src/cdk/streams.ts'

const Config = z.object({ up_to: z.number().int().min(1), api_key: z.string().min(1) })
type Config = z.infer<typeof Config>

const squares = ({ up_to }: Config): Stream => ({
  definition: {
    name: 'squares',
    json_schema: { type: 'object', properties: { n: { type: 'integer' }, square: { type: 'integer' } } },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: ['n'],
    source_defined_primary_key: [['n']],
  },
  async *read({ state }, environment) {
    for (let n = Number(state?.['n'] ?? 0) + 1; n <= up_to; n++) {
      yield record('squares', { n, square: n * n }, environment.now())
      if (n % 1000 === 0 || n === up_to) yield checkpoint({ n })
    }
  },
})

export const source: Source<Config> = {
  role: 'source',
  config: Config,
  async check({ api_key }) {
    if (api_key === 'expired') throw new ConfigError('The API key was refused (401). Make a new one in your account.')
  },
  async discover(config) {
    return { streams: [squares(config).definition] }
  },
  read: (config, catalog, states, environment) =>
    readStreams({ streams: [squares(config)], catalog, states, environment }),
}
