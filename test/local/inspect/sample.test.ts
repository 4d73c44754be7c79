import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FileSample, type InspectedFile } from '../../../src/local/inspect/sample.ts'

const file = fc.record({
  eventType: fc.constantFrom('a', 'b', undefined),
  hour: fc.option(fc.nat(60), { nil: undefined }),
})

const named = (files: readonly { eventType: string | undefined; hour: number | undefined }[]): InspectedFile[] =>
  files.map((one, i) => ({
    ...one,
    object: { key: `${one.eventType}/${i}`, size: 1, modified: new Date((i % 60) * 3_600_000) },
  }))

function chosen(files: readonly InspectedFile[], most: number) {
  const sample = new FileSample(most)
  for (const one of files) sample.add(one)
  return { files: sample.chosen(), rule: sample.rule }
}

const keysOf = (files: readonly InspectedFile[]): readonly string[] => files.map(({ object }) => object.key).sort()

test('chooses every file if they are not too many', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 100 }), (files) => {
      const { files: all, rule } = chosen(named(files), 100)
      expect(all).toEqual(named(files))
      expect(rule).toBeUndefined()
    }),
  )
})

test('chooses no more than it may, some of every event type, by the rule that it names', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 1000 }), fc.integer({ min: 3, max: 200 }), (files, most) => {
      const { files: some, rule } = chosen(named(files), most)
      expect(some.length).toBeLessThanOrEqual(Math.max(most, 3))
      const typesOf = (list: readonly { eventType: string | undefined }[]) => new Set(list.map((one) => one.eventType))
      expect(typesOf(some)).toEqual(typesOf(files))
      if (!rule) return
      const counts = new Map<string, number>()
      for (const { eventType, hour, object } of some) {
        const span = Math.floor((hour ?? object.modified.getTime() / 3_600_000) / rule.hours)
        counts.set(`${eventType} ${span}`, (counts.get(`${eventType} ${span}`) ?? 0) + 1)
      }
      for (const count of counts.values()) expect(count).toBeLessThanOrEqual(rule.each)
    }),
  )
})

test('the order in which event types are listed beside each other does not matter', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 500 }), fc.integer({ min: 3, max: 60 }), (files, most) => {
      const all = named(files)
      const grouped = ['a', 'b', undefined].flatMap((type) => all.filter(({ eventType }) => eventType === type))
      const [one, other] = [chosen(all, most), chosen(grouped, most)]
      expect([keysOf(one.files), one.rule]).toEqual([keysOf(other.files), other.rule])
    }),
  )
})
