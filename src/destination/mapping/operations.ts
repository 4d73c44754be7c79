/** What any source's records can be mapped to, if the platform lets users map fields (Airbyte calls it data activation). */
import type { DestinationOperation } from '../../cdk/protocol.ts'

export type Operation = 'track' | 'identify'

/** The fields of both calls. */
const COMMON = {
  userId: { type: ['null', 'string'], description: 'The user, by your own ID.' },
  anonymousId: { type: ['null', 'string'], description: 'The user, by the ID that a visitor has before logging in.' },
  messageId: {
    type: ['null', 'string'],
    description: 'Of calls with the same ID, one counts. Left out, it is made from the record.',
  },
  timestamp: {
    type: ['null', 'string'],
    format: 'date-time',
    description: 'When it happened. Left out, it is the time of arrival.',
  },
} as const

const OBJECT = { type: ['null', 'object'], additionalProperties: true } as const

/** Fields beyond those listed become properties or traits under their own names. */
const OPERATIONS: Readonly<Record<Operation, DestinationOperation>> = {
  track: {
    object_name: 'track',
    sync_mode: 'append',
    json_schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        event: { type: 'string', description: 'What happened: the name of the event.' },
        ...COMMON,
        properties: { ...OBJECT, description: 'What is known of the event.' },
      },
      required: ['event'],
      additionalProperties: true,
    },
    matching_keys: [['messageId']],
  },
  identify: {
    object_name: 'identify',
    sync_mode: 'append',
    json_schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { ...COMMON, traits: { ...OBJECT, description: 'What is known of the user.' } },
      additionalProperties: true,
    },
    matching_keys: [['userId']],
  },
}

export const operations = (): readonly DestinationOperation[] => Object.values(OPERATIONS)

export const isOperation = (name: string): name is Operation => Object.hasOwn(OPERATIONS, name)
