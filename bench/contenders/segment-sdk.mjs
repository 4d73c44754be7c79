/** @segment/analytics-node; batches of 400 stay below Segment's 500 KB, and cost no more than shorter ones. Argument: the endpoint. */
import { createInterface } from 'node:readline'
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'key', host: process.argv[2], flushAt: 400, flushInterval: 10_000 })
let waiting = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { type, record } = JSON.parse(line)
  if (type !== 'RECORD') continue
  const { id, time, user_id, external_user_id, ...properties } = record.data
  analytics.track({
    event: record.stream,
    messageId: id,
    timestamp: new Date(time * 1000),
    ...(external_user_id ? { userId: external_user_id } : {}),
    anonymousId: user_id ?? 'none',
    properties,
  })
  // Its queue is in memory without a bound: wait now and then, as a careful user would.
  if (++waiting % 2_000 === 0) await analytics.flush()
}
await analytics.closeAndFlush()
