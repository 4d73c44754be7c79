/** @rudderstack/rudder-sdk-node at its best working settings. Argument: the endpoint. */
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const rudder = new RudderAnalytics('key', {
  dataPlaneUrl: process.argv[2],
  flushAt: 20,
  flushInterval: 1000,
  gzip: false,
})
let sent = 0
let done = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { type, record } = JSON.parse(line)
  if (type !== 'RECORD') continue
  const { id, time, user_id, external_user_id, ...properties } = record.data
  sent++
  rudder.track(
    {
      event: record.stream,
      messageId: id,
      originalTimestamp: new Date(time * 1000),
      userId: external_user_id ?? user_id ?? 'none',
      properties,
    },
    () => done++,
  )
  // Every call walks its whole queue, and beyond 20,000 events it drops them: two batches are the fastest, more than twice as
  // fast as a queue of 200. Shorter ones wait for the timer.
  while (sent - done > 40) await sleep(1)
}
while (done < sent) await sleep(20)
process.exit(0)
