/** Opens one file to see how many events of which types it holds, and with which fields. */
import { isAvro } from '../../source/key.ts'
import { MissingObjectError, type ObjectStore, type StoredObject } from '../../source/storage/store.ts'
import { breakOf, type Contents } from './contents.ts'
import { lookIntoAvro } from './open-avro.ts'
import { lookIntoJson } from './open-json.ts'

/** Undefined if the file is gone. Reads a little more than the first `mostBytes`, if the file is larger. */
export async function lookInto(
  store: ObjectStore,
  object: StoredObject,
  mostBytes: number,
): Promise<Contents | undefined> {
  try {
    return await (isAvro(object.key) ? lookIntoAvro : lookIntoJson)(store, object, mostBytes)
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined
    return { events: new Map(), broken: breakOf(error) }
  }
}
