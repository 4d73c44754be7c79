import { expect, test } from '@jest/globals'
import { planOf } from '../../../src/destination/mapping/plan.ts'

const places = (name: string) => (name === 'id' ? [] : [`properties.${name}`])

test('a plan reads what its fields are, record by record', () => {
  const plan = planOf(places)
  const id = plan.numberOf('id')
  const names = ['id', 'url', 'other']
  const first = plan.read({ names, values: ['"1"', '"a"', 'null'] })
  expect([first[id], plan.membersAt('properties', first)]).toEqual(['"1"', '"url":"a"'])
  const second = plan.read({ names, values: ['"2"', 'null', '[]'] })
  expect([second[id], plan.membersAt('properties', second)]).toEqual(['"2"', '"other":[]'])
  expect([plan.hasMember('properties', 'other', second), plan.hasMember('properties', 'url', second)]).toEqual([
    true,
    false,
  ])
  expect(plan.membersAt('context', second)).toBe('')
})

test('names without end are forgotten, and what is asked for stays known', () => {
  const plan = planOf(places)
  const id = plan.numberOf('id')
  const sizes = Array.from({ length: 8 }, (_, round) => {
    const names = ['id', ...Array.from({ length: 1000 }, (_, i) => `invented_${round}_${i}`)]
    const values = plan.read({ names, values: names.map(() => String(round)) })
    expect(values[id]).toBe(String(round))
    expect(Object.values(JSON.parse(`{${plan.membersAt('properties', values)}}`))).toEqual(Array(1000).fill(round))
    return values.length
  })
  expect(Math.max(...sizes)).toBeLessThan(7000)
})
