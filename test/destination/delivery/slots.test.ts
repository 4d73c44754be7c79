import { expect, test } from '@jest/globals'
import { Slots } from '../../../src/destination/delivery/slots.ts'

test('no more than its number are taken at a time, in the order of asking', async () => {
  const slots = new Slots(2)
  const taken: number[] = []
  const asked = [1, 2, 3, 4].map((who) => slots.take().then(() => taken.push(who)))
  await Promise.all(asked.slice(0, 2))
  expect(taken).toEqual([1, 2])
  slots.give()
  await asked[2]
  expect(taken).toEqual([1, 2, 3])
  slots.give()
  await asked[3]
  expect(taken).toEqual([1, 2, 3, 4])
})

test('it is idle when all have been given back, also those that were waited for', async () => {
  const slots = new Slots(1)
  await slots.idle()
  await slots.take()
  const second = slots.take()
  let isIdle = false
  const idle = slots.idle().then(() => {
    isIdle = true
  })
  slots.give()
  await second
  expect(isIdle).toBe(false)
  slots.give()
  await idle
})
