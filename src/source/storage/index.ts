import type { Storage } from '../../config.ts'
import type { Waiting } from './retry.ts'
import type { ObjectStore } from './store.ts'

/**
 * The store that a configuration names. Each provider's library is loaded only when it is used. `waiting` is how it waits
 * before it tries again.
 */
export async function openStore(storage: Storage, waiting: Waiting): Promise<ObjectStore> {
  switch (storage.provider) {
    case 'local':
      return (await import('./local.ts')).localStore(storage)
    case 's3':
      return (await import('./s3.ts')).s3Store(storage, waiting)
    case 'gcs':
      return (await import('./gcs.ts')).gcsStore(storage, waiting)
    case 'azure':
      return (await import('./azure.ts')).azureStore(storage, waiting)
  }
}
