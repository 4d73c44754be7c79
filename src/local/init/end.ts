/** The two connectors that `init` makes configurations for. */
import type * as z from 'zod'
import type { Environment } from '../../cdk/connector.ts'
import { DestinationConfig, SourceConfig } from '../../config.ts'
import { destination } from '../../destination/destination.ts'
import { source } from '../../source/source.ts'
import { connectionSpecificationOf, type Role } from '../secrets.ts'
import type { Schema } from './questions.ts'

export interface End {
  readonly role: Role
  /** What can be set. */
  readonly spec: Schema
  /** What a configuration must be. */
  readonly schema: z.ZodType
  /** Resolves if the connector could work with it, perhaps with a remark. Throws an error that says what to change. */
  check(config: unknown, environment: Environment): Promise<string | undefined>
}

export const sourceEnd = async (): Promise<End> => ({
  role: 'source',
  spec: await connectionSpecificationOf('source'),
  schema: SourceConfig,
  check: async (config, environment) => (await source.check(SourceConfig.parse(config), environment)) || undefined,
})

export const destinationEnd = async (): Promise<End> => ({
  role: 'destination',
  spec: await connectionSpecificationOf('destination'),
  schema: DestinationConfig,
  check: async (config, environment) =>
    (await destination.check(DestinationConfig.parse(config), environment)) || undefined,
})
