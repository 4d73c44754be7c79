import { AvroRecord } from '../../catalog/avro.ts'
import { BrokenFileError } from './decoder.ts'

/** The schema in a header. Throws a BrokenFileError unless it is that of a record. */
export function parseSchema(text: string): AvroRecord {
  const { success, data } = AvroRecord.safeParse(parsed(text))
  if (!success) throw new BrokenFileError('the schema in the header is not that of a record', 0)
  return data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BrokenFileError('the schema in the header is no JSON', 0, { cause })
  }
}

/** Braze marks personal data in the documentation of a field. */
export const isPersonal = (doc: unknown): boolean => typeof doc === 'string' && doc.includes('[PII]')
