import type { ByteInput } from './byte-input.ts'
import type { Connector, Environment } from './connector.ts'
import type { ConnectorSpecification } from './protocol.ts'
import type { Redaction } from './redact.ts'

/** What a command has around it. */
export interface Surroundings {
  readonly stdin: ByteInput
  readonly environment: Environment
  readonly redaction: Redaction
}

/** A connector before it is loaded: `spec` is answered without it. */
export interface Entry<Config> {
  /** What a person types to start it. */
  readonly name: string
  readonly role: Connector<Config>['role']
  /** Reads the committed specification. */
  spec(): Promise<ConnectorSpecification>
  /** Imports the connector. */
  load(): Promise<Connector<Config>>
}
