import type { Storage } from '../../config.ts'
import type { Waiting } from './retry.ts'
import type { ObjectStore } from './store.ts'
import type { WritableStore } from './writable.ts'

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

/** Storage that is reached over the network. */
export type CloudStorage = Exclude<Storage, { readonly provider: 'local' }>

/** A store that a configuration names, to keep single objects in. */
export async function openWritableStore(storage: CloudStorage, waiting: Waiting): Promise<WritableStore> {
  switch (storage.provider) {
    case 's3':
      return (await import('./s3.ts')).s3WritableStore(storage, waiting)
    case 'gcs':
      return (await import('./gcs.ts')).gcsWritableStore(storage, waiting)
    case 'azure':
      return (await import('./azure.ts')).azureWritableStore(storage, waiting)
  }
}
