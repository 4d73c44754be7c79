import type { Storage } from '../../config.ts'
import type { ObjectStore } from './store.ts'

/** The store that a configuration names. Each provider's library is loaded only when it is used. */
export async function openStore(storage: Storage): Promise<ObjectStore> {
  switch (storage.provider) {
    case 'local':
      return (await import('./local.ts')).localStore(storage)
    case 's3':
      return (await import('./s3.ts')).s3Store(storage)
    case 'gcs':
      return (await import('./gcs.ts')).gcsStore(storage)
    case 'azure':
      return (await import('./azure.ts')).azureStore(storage)
  }
}
