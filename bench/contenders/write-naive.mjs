/** What one would write first: readline, JSON.parse, a mapping, batches of 400, axios. Argument: the endpoint. */
import { createInterface } from 'node:readline'
import axios from 'axios'

const url = `${process.argv[2]}/v1/batch`
let batch = []
const send = async () => {
  const body = { batch, sentAt: new Date().toISOString() }
  batch = []
  await axios.post(url, body, { auth: { username: 'key', password: '' } })
}
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (message.type !== 'RECORD') continue
  batch.push(track(message.record))
  if (batch.length === 400) await send()
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
