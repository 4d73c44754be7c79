/** The ConnectorSpecification of each role, made from src/config.ts in the dialect that Airbyte's user interface reads. */
import { z } from 'zod'
import type { ConnectorSpecification } from '../../src/cdk/protocol.ts'
import { DestinationConfig, SourceConfig } from '../../src/config.ts'

const REPOSITORY = 'https://github.com/braze-currents/braze-currents/blob/main'

export const sourceSpec = (): ConnectorSpecification => ({
  documentationUrl: `${REPOSITORY}/docs/source.md`,
  changelogUrl: `${REPOSITORY}/CHANGELOG.md`,
  connectionSpecification: connectionSpecification(SourceConfig),
  supportsIncremental: true,
  protocol_version: '0.2.0',
})

export const destinationSpec = (): ConnectorSpecification => ({
  documentationUrl: `${REPOSITORY}/docs/destination.md`,
  changelogUrl: `${REPOSITORY}/CHANGELOG.md`,
  connectionSpecification: connectionSpecification(DestinationConfig),
  supportsIncremental: true,
  supported_destination_sync_modes: ['append', 'append_dedup'],
  protocol_version: '0.2.0',
})

/** What is not set explicitly is allowed: platforms add keys of their own. */
const connectionSpecification = (config: z.ZodType) => ({
  ...z.toJSONSchema(config, { target: 'draft-07', io: 'input', override: ({ jsonSchema }) => adapt(jsonSchema) }),
  additionalProperties: true,
})

/** Airbyte's form wants `type: object` beside oneOf. An empty default would only prefill a field with nothing. */
function adapt(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.oneOf) schema.type = 'object'
  if (isEmpty(schema.default)) delete schema.default
}

const isEmpty = (value: unknown): boolean => ['""', '[]', '{}'].includes(JSON.stringify(value))
