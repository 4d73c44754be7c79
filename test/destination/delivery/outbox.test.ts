import { expect, test } from '@jest/globals'
import { Outbox } from '../../../src/destination/delivery/outbox.ts'

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const message of messages) all.push(message)
  return all
}

test('gives every message once, in order, whenever it was put in', async () => {
  const outbox = new Outbox<number>()
  const read = collect(outbox.read())
  outbox.push([1])
  await new Promise((resolve) => setImmediate(resolve))
  outbox.push([2, 3])
  outbox.push([])
  outbox.end()
  expect(await read).toEqual([1, 2, 3])
})

test('fails after the last message', async () => {
  const outbox = new Outbox<number>()
  outbox.push([1])
  outbox.end({ error: new Error('no') })
  const messages = outbox.read()
  expect(await messages.next()).toEqual({ done: false, value: 1 })
  await expect(messages.next()).rejects.toThrow('no')
})

test('has room again once its reader has caught up', async () => {
  const outbox = new Outbox<number>(1)
  await outbox.room()
  outbox.push([1, 2])
  let hasRoom = false
  const room = outbox.room().then(() => {
    hasRoom = true
  })
  const messages = outbox.read()
  await messages.next()
  expect(hasRoom).toBe(false)
  await messages.next()
  const third = messages.next()
  await room
  outbox.end()
  await third
})

test('keeps nobody waiting when its reader has left', async () => {
  const outbox = new Outbox<number>(0)
  outbox.push([1])
  const messages = outbox.read()
  await messages.next()
  outbox.push([2])
  const room = outbox.room()
  await messages.return(undefined)
  await room
})
