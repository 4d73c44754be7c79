import { parseStates } from '../../../src/cdk/states.ts'
import { beginPass, finishPass, nextSince } from '../../../src/source/cursor.ts'
import { hoursSince } from '../../../src/source/hours.ts'
import { CURSOR_FIELD, progressOf, stateOf } from '../../../src/source/state.ts'
import type { Target } from '../target.ts'
import { checkSame, configured } from './check.ts'

const stream = (state: unknown) => ({
  type: 'STATE',
  state: { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: state } },
})
const OURS = {
  [CURSOR_FIELD]: '2025-04-01T17:00:00.000Z',
  pass: { started: '2025-04-02T00:00:00.000Z', after: 'event_type=a/x.avro', part: 'loose', met: { count: 1, sum: 2 } },
  recent: 'abcdefgh12345678',
  broken: [{ hash: 'abcdefgh', date: '2025-04-01-17', first: '2025-04-01T17:00:00.000Z', events: 3 }],
  version: 1,
}

/** A state is taken or refused in words; one that is taken is written as it was read, and a pass can begin from it. */
export const state: Target = {
  name: 'state',
  words: [
    '"__proto__"',
    '"GLOBAL"',
    '"LEGACY"',
    '"9999-12-31T23:59:59.999Z"',
    '"0000-01-01T00:00:00Z"',
    '1e999',
    'null',
    '\n',
    '"version":1',
    '"_ab_source_file_last_modified":"275760-09-13T00:00:00.001Z_x"',
  ],
  seeds: () => [
    Buffer.from(JSON.stringify([stream(OURS).state])),
    Buffer.from(
      `${JSON.stringify(stream(OURS))}\n${JSON.stringify(stream({ [CURSOR_FIELD]: '2025-04-01T17:00:00Z_x', history: {} }))}`,
    ),
    Buffer.from(JSON.stringify({ type: 'LEGACY', data: { a: OURS, b: null } })),
    Buffer.from(
      JSON.stringify({
        type: 'GLOBAL',
        global: { shared_state: {}, stream_states: [stream({ ...OURS, recent: { count: 1, sum: 2 } }).state.stream] },
      }),
    ),
    Buffer.from('{}'),
  ],
  run(input) {
    const states = configured(() => parseStates(input.toString('utf8')))
    if (!('value' in states)) return 'refused'
    return [...new Set(states.value.map(({ stream_state }) => labelOf(stream_state)))].join()
  },
}

function labelOf(blob: Parameters<typeof progressOf>[1]): string {
  const progress = configured(() => progressOf('a', blob))
  if (!('value' in progress)) return 'unreadable'
  const { cursor, refresh } = progress.value
  const written = stateOf(cursor, refresh)
  const again = progressOf('a', JSON.parse(JSON.stringify(written)))
  checkSame(stateOf(again.cursor, again.refresh), written, 'a state is written as it was read')
  const passing = beginPass(cursor, Date.UTC(2026, 0))
  hoursSince(passing.since, { lookback_hours: 168 })
  stateOf(finishPass(passing), refresh)
  return `${refresh} ${cursor.pass !== undefined} ${nextSince(passing) > 0}`
}
