import { expect, test } from '@jest/globals'
import { LooseTypes } from '../../src/source/loose.ts'

const object = (i: number) => ({ key: `${i}.json`, modified: new Date(0), size: 1 })

test('a file may hold any event type until it is known', () => {
  const types = new LooseTypes()
  expect([types.knows(object(1)), types.mayHold(object(1), 'users.messages.email.Open')]).toEqual([false, true])
  types.add(object(1), ['users.messages.email.open', 'users.messages.fax.Send'])
  expect(types.knows(object(1))).toBe(true)
  expect(types.mayHold(object(1), 'users.messages.email.Open')).toBe(true)
  expect(types.mayHold(object(1), 'users.messages.fax.Send')).toBe(true)
  expect(types.mayHold(object(1), 'users.messages.email.Click')).toBe(false)
  expect(types.mayHold({ ...object(1), size: 2 }, 'users.messages.email.Click')).toBe(true)
})

test('the oldest files are forgotten before memory grows without end', () => {
  const types = new LooseTypes()
  for (let i = 0; i < 20_001; i++) types.add(object(i), [])
  expect([0, 1, 20_000].map((i) => types.knows(object(i)))).toEqual([false, true, true])
})
