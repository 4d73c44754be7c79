/** Every input that fuzzing has kept, and those that once broke a promise, keep all promises. */
import { describe, expect, test } from '@jest/globals'
import { keptInputs } from './corpus.ts'
import type { Target } from './target.ts'
import { TARGETS } from './targets/index.ts'

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (name, target) => {
  test('keeps its promises for every kept input', async () => {
    const inputs = [
      ...target.seeds().map((input) => ({ name: 'seed', input: Buffer.from(input) })),
      ...keptInputs(name),
    ]
    const broken: string[] = []
    for (const { name: file, input } of inputs)
      await failureOf(target, input).then((failure) => failure && broken.push(`${file}: ${failure}`))
    expect(broken).toEqual([])
  })
})

async function failureOf(target: Target, input: Buffer): Promise<string | undefined> {
  try {
    await target.run(input)
    return undefined
  } catch (error) {
    return String(error)
  }
}
