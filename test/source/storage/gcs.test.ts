import { afterAll } from '@jest/globals'
import { type FakeGcs, type FakeGcsOptions, fakeGcs } from '../../../integration_tests/fakes/gcs.ts'
import { gcsStore } from '../../../src/source/storage/gcs.ts'
import { storeContract } from './contract.ts'

const opened: { close(): unknown }[] = []
afterAll(async () => {
  for (const one of opened) await one.close()
})

async function fake(options?: FakeGcsOptions): Promise<FakeGcs> {
  const gcs = await fakeGcs(options)
  opened.push(gcs)
  return gcs
}

storeContract('Gcs', {
  open: async (objects) => {
    const gcs = await fake()
    for (const [key, content] of objects) gcs.put(key, content)
    return gcsStore(gcs.config)
  },
  openMissing: async () => gcsStore({ ...(await fake()).config, bucket: 'missing' }),
})
