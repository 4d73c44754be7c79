import { afterAll } from '@jest/globals'
import { type FakeAzure, type FakeAzureOptions, fakeAzure } from '../../../integration_tests/fakes/azure.ts'
import { azureStore } from '../../../src/source/storage/azure.ts'
import { storeContract } from './contract.ts'

const opened: { close(): unknown }[] = []
afterAll(async () => {
  for (const one of opened) await one.close()
})

async function fake(options?: FakeAzureOptions): Promise<FakeAzure> {
  const azure = await fakeAzure(options)
  opened.push(azure)
  return azure
}

storeContract('Azure', {
  open: async (objects) => {
    const azure = await fake()
    for (const [key, content] of objects) azure.put(key, content)
    return azureStore(azure.config)
  },
  openMissing: async () => azureStore({ ...(await fake()).config, azure_blob_storage_container_name: 'missing' }),
})
