import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'

const ENGINE = new URL('../../src/cdk/engine.ts', import.meta.url).href

const TUNED = `import { tuneEngine } from '${ENGINE}'; tuneEngine();`

/** What a process of its own prints. */
const printed = (script: string): string =>
  execFileSync('node', ['--import', 'tsx', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

test('new objects get little memory', () => {
  const megabytes = `
    import { getHeapSpaceStatistics } from 'node:v8'
    let living = []
    for (let i = 0; i < 2e6; i++) {
      living.push({ i, text: 'x' + i })
      if (living.length > 20_000) living = []
    }
    const [space] = getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'new_space')
    console.log(space.space_size / 1e6)`
  expect(Number(printed(megabytes))).toBeGreaterThan(16)
  expect(Number(printed(TUNED + megabytes))).toBeLessThan(6)
})
