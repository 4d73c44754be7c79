import { describe, expect, test } from '@jest/globals'
import { sent, WEBHOOK } from '../../test/destination/mapping/records.ts'
import { type CustomHttpEvent, flat } from './custom-http-event.ts'
import { readShared, sharedFiles } from './shared.ts'

describe("Braze's Custom HTTP samples", () => {
  const samples = sharedFiles('currents/samples/custom_http').map((path) => readShared(path) as CustomHttpEvent)
  const isWithoutUser = ({ user }: CustomHttpEvent) => !user['user_id'] && !user['external_user_id']

  test.each(samples.filter((sample) => !isWithoutUser(sample)))(
    '$event_type: rebuilt from the flat record',
    (sample) => {
      expect(sent(WEBHOOK, sample.event_type, flat(sample))).toEqual([sample])
    },
  )

  test.each(samples.filter(isWithoutUser))('$event_type: the same but for a synthetic user', (sample) => {
    const user = { user_id: expect.stringMatching(/^synthetic-/) }
    expect(sent(WEBHOOK, sample.event_type, flat(sample))).toEqual([{ ...sample, user }])
  })

  test('covers every sample', () => {
    expect(samples).toHaveLength(93)
  })
})
