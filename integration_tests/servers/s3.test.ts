/** The S3 store against Ceph's RADOS Gateway. `npm run test:servers` starts it. */
import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ConfigError } from '../../src/cdk/errors.ts'
import type { StorageOf } from '../../src/config.ts'
import { s3Store } from '../../src/source/storage/s3.ts'
import { ChangedObjectError, MissingObjectError } from '../../src/source/storage/store.ts'
import { storeContract } from '../../test/source/storage/contract.ts'
import { bytesOf, keysOf, only } from '../../test/source/storage/read.ts'
import { CONTENT, inTheMiddle, waiting } from './download.ts'
import { type CuttingProxy, cuttingProxy } from './proxy.ts'

interface User {
  readonly uid: string
  readonly id: string
  readonly secret: string
}
const { endpoint, region, owner, guest } = JSON.parse(process.env['TEST_S3'] ?? '{}') as {
  readonly endpoint: string
  readonly region: string
  readonly owner: User
  readonly guest: User
}

const client = new S3Client({
  endpoint,
  region,
  forcePathStyle: true,
  credentials: { accessKeyId: owner.id, secretAccessKey: owner.secret },
  requestChecksumCalculation: 'WHEN_REQUIRED',
})
afterAll(() => client.destroy())

const configFor = (bucket: string, { id, secret } = owner): StorageOf<'s3'> => ({
  provider: 's3',
  bucket,
  region_name: region,
  aws_access_key_id: id,
  aws_secret_access_key: secret,
  endpoint,
})

async function newBucket(objects: Iterable<readonly [string, Uint8Array]> = []): Promise<string> {
  const Bucket = `test-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket }))
  const uploads = [...objects]
  const uploading = Array.from({ length: 24 }, async () => {
    for (let next = uploads.pop(); next; next = uploads.pop()) {
      await client.send(new PutObjectCommand({ Bucket, Key: next[0], Body: next[1] }))
    }
  })
  await Promise.all(uploading)
  return Bucket
}

storeContract("Ceph's RADOS Gateway", {
  open: async (objects) => s3Store(configFor(await newBucket(objects)), waiting),
  openMissing: async () => s3Store(configFor('no-such-bucket'), waiting),
})

test('control characters in keys, which XML cannot hold, come through', async () => {
  const keys = ['a\u0001b', 'a\tb', 'a\u007fb']
  const store = s3Store(configFor(await newBucket(keys.map((key) => [key, CONTENT.subarray(0, 3)]))), waiting)
  expect(await keysOf(store)).toEqual(['a\u0001b', 'a\tb', 'a\u007fb'])
})

const FILE = { Key: 'file' }
let bucket: string
let proxy: CuttingProxy
beforeAll(async () => {
  bucket = await newBucket([['file', CONTENT]])
  proxy = await cuttingProxy(endpoint)
})
afterAll(() => proxy.close())

test('a download goes on after lost connections', async () => {
  const store = s3Store({ ...configFor(bucket), endpoint: proxy.endpoint }, waiting)
  const object = await only(store)
  proxy.cutAfter(100, 3_000_000, 7_654_321)
  expect((await bytesOf(store.read(object))).equals(CONTENT)).toBe(true)
})

test.each([
  [
    'changed',
    ChangedObjectError,
    (Bucket: string) => client.send(new PutObjectCommand({ ...FILE, Bucket, Body: 'other' })),
  ],
  ['gone', MissingObjectError, (Bucket: string) => client.send(new DeleteObjectCommand({ ...FILE, Bucket }))],
])('an object that is %s in the middle of a download is called so', async (_, kind, change) => {
  const Bucket = await newBucket([['file', CONTENT]])
  const object = await only(s3Store(configFor(Bucket), waiting))
  proxy.cutAfter(1_000_000)
  const middle = inTheMiddle(() => change(Bucket))
  const store = s3Store({ ...configFor(Bucket), endpoint: proxy.endpoint }, middle.waiting)
  await expect(bytesOf(store.read(object), middle.change)).rejects.toThrow(kind)
})

test.each([
  ['another key ID', { aws_access_key_id: 'AKIAWRONGWRONGWRONG1' }, /Check aws_access_key_id/],
  ['another secret', { aws_secret_access_key: 'wrong' }, /Check aws_secret_access_key/],
  ['another bucket', { bucket: 'no-such-bucket' }, /"no-such-bucket" does not exist/],
])('%s than the server knows', async (_, wrong, message) => {
  const error = keysOf(s3Store({ ...configFor(bucket), ...wrong }, waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(message)
})

test('a key that may not list is told the permission it lacks, and then the one to read', async () => {
  const Bucket = await newBucket([['file', CONTENT.subarray(0, 3)]])
  const store = s3Store(configFor(Bucket, guest), waiting)
  await expect(keysOf(store)).rejects.toThrow(/refused to be listed.*s3:ListBucket/)
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { AWS: [`arn:aws:iam:::user/${guest.uid}`] },
      Action: ['s3:ListBucket'],
      Resource: [`arn:aws:s3:::${Bucket}`],
    },
  ]
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const object = await only(store)
  await expect(bytesOf(store.read(object))).rejects.toThrow(/refused to be read.*s3:GetObject/)
})

test('a clock that is a day off is put right by the server', async () => {
  const now = Date.now
  Date.now = () => now() - 86_400_000
  try {
    await expect(keysOf(s3Store(configFor(bucket), waiting))).resolves.toEqual(['file'])
  } finally {
    Date.now = now
  }
})
