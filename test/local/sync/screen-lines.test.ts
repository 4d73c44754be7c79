import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { streamEstimate, streamStatus } from '../../../src/cdk/messages.ts'
import { Progress } from '../../../src/local/sync/progress.ts'
import { screenLines } from '../../../src/local/sync/screen-lines.ts'

const LONG = 'users.behaviors.pushnotification.TokenStateChange'

function progressOf({ stream, read, acknowledged }: { stream: string; read: number; acknowledged: number }): Progress {
  const progress = new Progress(['done', 'waiting', stream])
  progress.message(streamStatus({ name: 'done' }, 'COMPLETE'), 'source')
  progress.message(streamStatus({ name: stream }, 'STARTED'), 'source')
  progress.message(streamEstimate({ name: stream }, { byte_estimate: 5_600_000 }), 'source')
  progress.records(stream, read)
  progress.acknowledge(acknowledged)
  return progress
}

test.each([
  [
    80,
    [
      '████████░░░░░░░░░░░░░░░░ 1 of 3 streams, 12 s',
      '76,281 read, 73,420 done with, 6,357/s',
      `${LONG} (5.6 MB): 76,281 read`,
    ],
  ],
  [
    40,
    [
      '██████░░░░░░░░░░░░░ 1 of 3 streams, 12 s',
      '76,281 read, 73,420 done with, 6,357/s',
      '….TokenStateChange (5.6 MB): 76,281 read',
    ],
  ],
  [20, [' 1 of 3 streams, 12 ', '76,281 read', '… (5.6 MB): 76,281 r']],
])('on %i columns it says what fits', (width, lines) => {
  const progress = progressOf({ stream: LONG, read: 76_281, acknowledged: 73_420 })
  expect(screenLines(progress, 12_000, width)).toEqual(lines)
})

test('no line is wider than the screen', () => {
  const progress = fc
    .record({ stream: fc.string({ maxLength: 60 }), read: fc.nat(), acknowledged: fc.nat() })
    .map(progressOf)
  fc.assert(
    fc.property(progress, fc.nat(10 ** 9), fc.integer({ min: 1, max: 90 }), (progress, elapsedMs, width) => {
      for (const line of screenLines(progress, elapsedMs, width)) expect(line.length).toBeLessThanOrEqual(width)
    }),
  )
})

test('before anything was read there is no stream to tell of', () => {
  expect(screenLines(new Progress([]), 0, 80)).toEqual([
    '░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 0 streams, 0.0 s',
    '0 read, 0 done with, 0/s',
    '',
  ])
})
