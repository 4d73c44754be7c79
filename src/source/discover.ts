/** Every stream: the event types of the catalogue, and what the export itself holds besides. */
import type { AvroRecord } from '../catalog/avro.ts'
import { describedType, eventTypeNames, FILE_FIELDS } from '../catalog.ts'
import type { Environment } from '../cdk/connector.ts'
import type { AirbyteCatalog, AirbyteStream } from '../cdk/protocol.ts'
import type { SourceConfig } from '../config.ts'
import { isPersonal } from './decode/index.ts'
import { jsonSchemaOf } from './decode/json-schema.ts'
import { definitionOf } from './definition.ts'
import { hoursSince } from './hours.ts'
import { newestSchemas } from './newest.ts'
import { coveredField, type PersonalDataPolicy, policyOf } from './privacy.ts'
import { findRoots } from './roots.ts'
import { openStore } from './storage/index.ts'

/** Works with an export that holds nothing yet, and throws if there is no such folder or bucket. */
export async function discover(
  config: SourceConfig,
  environment: Environment,
  warn: (message: string) => void = () => {},
): Promise<AirbyteCatalog> {
  const store = await openStore(config.storage, environment)
  try {
    const roots = await findRoots(store, config.path_prefix, hoursSince(0, config))
    const found = await newestSchemas(store, roots, environment, warn)
    const names = [...new Set([...eventTypeNames(), ...found.keys()])].sort()
    const policy = policyOf(config.personal_data)
    return { streams: names.map((name) => streamOf(name, found.get(name), policy)) }
  } finally {
    store.close()
  }
}

type Properties = Readonly<Record<string, object>>

/**
 * What the catalogue says of a field counts; the file's header adds the fields that the catalogue does not know, and marks
 * some as personal.
 */
function streamOf(name: string, schema: AvroRecord | undefined, policy: PersonalDataPolicy | undefined): AirbyteStream {
  const stream = definitionOf(name)
  const header = schema ? jsonSchemaOf(schema, describedType(name), policy).properties : {}
  const described = covered(eventProperties(stream), taggedFields(schema), policy)
  const unknown = Object.entries(header).filter(([field]) => !Object.hasOwn(eventProperties(stream), field))
  const properties = { ...described, ...Object.fromEntries(unknown), ...FILE_FIELDS }
  return { ...stream, json_schema: { ...stream.json_schema, properties } }
}

/** Those of the event itself. */
function eventProperties({ json_schema }: AirbyteStream): Properties {
  const properties = Object.entries(json_schema['properties'] as Properties)
  return Object.fromEntries(properties.filter(([name]) => !Object.hasOwn(FILE_FIELDS, name)))
}

const taggedFields = (schema: AvroRecord | undefined): readonly string[] =>
  (schema?.fields ?? []).filter(({ doc }) => isPersonal(doc)).map(({ name }) => name)

const covered = (
  properties: Properties,
  tagged: readonly string[],
  policy: PersonalDataPolicy | undefined,
): Properties =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) => {
      const field = coveredField(policy, { name, isTagged: tagged.includes(name) }, schema)
      return field ? [[name, field]] : []
    }),
  )
