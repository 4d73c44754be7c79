import { afterAll } from '@jest/globals'
import { type FakeS3, type FakeS3Options, fakeS3 } from '../../../integration_tests/fakes/s3.ts'
import { s3Store } from '../../../src/source/storage/s3.ts'
import { storeContract } from './contract.ts'

const opened: { close(): unknown }[] = []
afterAll(async () => {
  for (const one of opened) await one.close()
})

async function fake(options?: FakeS3Options): Promise<FakeS3> {
  const s3 = await fakeS3(options)
  opened.push(s3)
  return s3
}

storeContract('S3', {
  open: async (objects) => {
    const s3 = await fake()
    for (const [key, content] of objects) s3.put(key, content)
    return s3Store(s3.config)
  },
  openMissing: async () => s3Store({ ...(await fake()).config, bucket: 'missing' }),
})
