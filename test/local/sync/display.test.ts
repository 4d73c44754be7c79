import { expect, test } from '@jest/globals'
import { log, streamEstimate, streamStatus } from '../../../src/cdk/messages.ts'
import { type Display, jsonDisplay, plainDisplay, type Screen } from '../../../src/local/sync/display.ts'
import { Progress } from '../../../src/local/sync/progress.ts'

/** A display, the clock that it looks at, and what it has shown. */
function watch(display: (screen: Screen) => Display) {
  const clock = { ms: 0 }
  const shown: string[] = []
  return { clock, shown, display: display({ write: (text) => shown.push(text), elapsed: () => clock.ms }) }
}

test('in a log it says every ten seconds how far it has come', () => {
  const { clock, shown, display } = watch(plainDisplay)
  const progress = new Progress(['a', 'b'])
  for (; clock.ms < 25_000; clock.ms += 500) {
    progress.records('a', 1000)
    display.update(progress)
  }
  progress.acknowledge(40_000)
  progress.message(streamStatus({ name: 'a' }, 'COMPLETE'), 'source')
  progress.message(streamStatus({ name: 'b' }, 'INCOMPLETE'), 'source')
  display.end(progress)
  expect(shown).toEqual([
    '10 s: 21,000 records read, 0 done with; 0 of 2 streams; a\n',
    '20 s: 41,000 records read, 0 done with; 0 of 2 streams; a\n',
    '25 s: 50,000 records read, 40,000 done with; 2 of 2 streams\n',
  ])
})

test('in a dry run nothing is done with, and nothing is said of that', () => {
  const { shown, display } = watch(plainDisplay)
  const progress = new Progress(['a'], true)
  progress.records('a', 5)
  progress.acknowledge(5)
  display.end(progress)
  expect(shown).toEqual(['0.0 s: 5 records read; 0 of 1 streams; a\n'])
})

test('what a person should know at once is said so, and kept from programs', () => {
  const [person, program] = [watch(plainDisplay), watch(jsonDisplay)]
  for (const { display } of [person, program]) display.notice('Stopping.')
  expect([person.shown, program.shown]).toEqual([['Stopping.\n'], []])
})

test('as JSON it says so every second, and warnings at once', () => {
  const { clock, shown, display } = watch(jsonDisplay)
  const progress = new Progress(['a'])
  for (; clock.ms < 2500; clock.ms += 500) display.update(progress)
  display.remark({ level: 'WARN', message: 'a file is cut off' })
  progress.records('a', 3)
  display.end(progress)
  expect(shown.map((line) => JSON.parse(line))).toEqual([
    ...Array(3).fill({ type: 'progress', read: 0, acknowledged: 0, streams: 1, done: 0 }),
    { type: 'log', level: 'WARN', message: 'a file is cut off' },
    { type: 'progress', read: 3, acknowledged: 0, streams: 1, done: 0, current: 'a' },
  ])
})

test('knows how large the files of a stream are, if the source says so', () => {
  const progress = new Progress(['a', 'b'])
  progress.message(streamEstimate({ name: 'a' }, { byte_estimate: 10 }), 'source')
  progress.records('a', 4)
  expect(progress.streams).toEqual([
    { stream: 'a', status: 'waiting', read: 4, bytes: 10 },
    { stream: 'b', status: 'waiting', read: 0 },
  ])
})

test('the stream that runs is the one that began last and has not ended', () => {
  const progress = new Progress(['a', 'b'])
  const running = () => progress.running?.stream
  progress.message(streamStatus({ name: 'a' }, 'STARTED'), 'source')
  expect(running()).toBe('a')
  progress.message(streamStatus({ name: 'a' }, 'COMPLETE'), 'source')
  expect(running()).toBeUndefined()
  progress.message(streamStatus({ name: 'b' }, 'STARTED'), 'source')
  expect(running()).toBe('b')
})

test('the destination’s word on a stream is not the source’s', () => {
  const progress = new Progress(['a'])
  progress.message(streamStatus({ name: 'a' }, 'COMPLETE'), 'destination')
  expect(progress.done).toBe(0)
})

test.each([
  ['INFO', undefined],
  ['DEBUG', undefined],
  ['WARN', 'WARN'],
  ['ERROR', 'ERROR'],
  ['FATAL', 'ERROR'],
] as const)('a log message of level %s is worth the remark %s', (level, remark) => {
  expect(new Progress([]).message(log(level, 'x'), 'source')?.level).toBe(remark)
})
