/** What one would write first: readline, JSON.parse, a mapping, batches, axios. Arguments: the endpoint; `gzip`. */
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import axios from 'axios'

/** As many as stay below Segment's 500 KB. */
const BATCH = 450
const url = `${process.argv[2]}/v1/batch`
const auth = { username: 'key', password: '' }
const compress = promisify(gzip)
const post =
  process.argv[3] === 'gzip'
    ? async (body) => {
        const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
        await axios.post(url, await compress(JSON.stringify(body)), { auth, headers })
      }
    : (body) => axios.post(url, body, { auth })

let batch = []
const send = async () => {
  const body = { batch, sentAt: new Date().toISOString() }
  batch = []
  await post(body)
}
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (message.type !== 'RECORD') continue
  batch.push(track(message.record))
  if (batch.length === BATCH) await send()
}
if (batch.length > 0) await send()

function track({ stream, data }) {
  const { id, time, user_id, external_user_id, email_address, ...properties } = data
  return {
    type: 'track',
    event: stream,
    messageId: id,
    timestamp: new Date(time * 1000).toISOString(),
    userId: external_user_id,
    anonymousId: user_id,
    context: { traits: { email: email_address } },
    properties,
  }
}
