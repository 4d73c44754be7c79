/** What one would write first: AWS SDK, avsc's decoder, JSON.stringify, one write a record. Argument: our configuration. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import avro from 'avsc'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { storage } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const client = new S3Client({
  region: storage.region_name,
  endpoint: storage.endpoint,
  forcePathStyle: true,
  credentials: { accessKeyId: storage.aws_access_key_id, secretAccessKey: storage.aws_secret_access_key },
})
const Bucket = storage.bucket
for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
  for (const { Key } of Contents) await read(Key)
}

async function read(Key) {
  const stream = /event_type=([^/]+)/.exec(Key)?.[1]
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
  const decoder = new avro.streams.BlockDecoder()
  pipeline(Body, decoder, () => {})
  for await (const data of decoder) {
    const line = JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: Date.now() } })
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
  }
}
