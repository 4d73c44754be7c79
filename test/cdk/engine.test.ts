import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'

const ENGINE = new URL('../../src/cdk/engine.ts', import.meta.url).href

/** Makes objects of which most die soon, and gives the megabytes that V8 has set aside for new ones. */
const churn = (before: string): number =>
  Number(
    execFileSync('node', ['--import', 'tsx', '--input-type=module', '--eval', `${before}\n${CHURN}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
const CHURN = `
  import { getHeapSpaceStatistics } from 'node:v8'
  let living = []
  for (let i = 0; i < 2e6; i++) {
    living.push({ i, text: 'x' + i })
    if (living.length > 20_000) living = []
  }
  const [space] = getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'new_space')
  console.log(space.space_size / 1e6)`

test('new objects get little memory', () => {
  expect(churn('')).toBeGreaterThan(16)
  expect(churn(`import { tuneEngine } from '${ENGINE}'; tuneEngine()`)).toBeLessThan(6)
})
