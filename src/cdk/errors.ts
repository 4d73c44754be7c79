/** Errors are named after what the reader of the log can do about them. */

/** A person must change something: the configuration, a permission, the catalog. The platform does not retry. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The other side failed for now: the same sync, unchanged, may succeed later. The platform retries. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

// Any other error is a defect of the connector's, and is reported as `system_error`.
