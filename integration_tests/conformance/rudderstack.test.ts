import { describe, expect, test } from '@jest/globals'
import { mapped, RUDDERSTACK, sent } from '../../test/destination/mapping/records.ts'
import { type CustomHttpEvent, flat } from './custom-http-event.ts'
import { readShared } from './shared.ts'

interface Golden {
  readonly samples: readonly {
    readonly file: string
    readonly input: { readonly events: readonly [CustomHttpEvent] }
    readonly output?: readonly [Readonly<Record<string, unknown>>]
    readonly status?: number
  }[]
}

describe("what RudderStack's own Braze source makes of Braze's samples", () => {
  const { samples } = readShared('currents/rudderstack_golden.json') as Golden
  const cases = samples.map(({ input, output }) => ({
    type: input.events[0].event_type,
    event: input.events[0],
    output,
  }))

  test.each(cases.filter(({ output }) => output))(
    '$type: without extra fields, the same',
    ({ type, event, output }) => {
      const calls = sent(RUDDERSTACK, type, flat(event), { extra_fields: false })
      expect(calls).toEqual(output)
    },
  )

  test.each(cases.filter(({ output }) => output))('$type: with extra fields, a superset', ({ type, event, output }) => {
    const [call] = sent(RUDDERSTACK, type, flat(event)) as [Record<string, unknown>]
    expect(call).toMatchObject({
      ...output?.[0],
      context: { ...(output?.[0]['context'] as object), library: { name: 'braze-currents' } },
      timestamp: expect.any(String),
    })
    expect(call).toMatchObject({ channel: 'server', originalTimestamp: call['timestamp'] })
  })

  test.each(cases.filter(({ output }) => !output))(
    '$type: refused for want of a user, so ours is synthetic',
    (sample) => {
      const strict = { extra_fields: false } as const
      expect(
        mapped(RUDDERSTACK, sample.type, flat(sample.event), { ...strict, users_without_id: 'reject' }),
      ).toMatchObject({
        status: 'rejected',
        reason: 'no_user',
      })
      const [call] = sent(RUDDERSTACK, sample.type, flat(sample.event), strict)
      expect(call.anonymousId).toMatch(/^synthetic-request-[0-9a-f]{32}$/)
      expect(call.properties).toEqual(sample.event.properties)
    },
  )

  test('covers every sample', () => {
    expect(cases.filter(({ output }) => output)).toHaveLength(92)
    expect(cases.filter(({ output }) => !output)).toHaveLength(1)
  })
})
