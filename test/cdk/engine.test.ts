import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'

const ENGINE = new URL('../../src/cdk/engine.ts', import.meta.url).href

const TUNED = `import { tuneEngine } from '${ENGINE}'; tuneEngine();`

/** What a process of its own prints. */
const printed = (script: string, ...flags: readonly string[]): string =>
  execFileSync('node', [...flags, '--import', 'tsx', '--input-type=module', '--eval', script], {
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

test('buffers that come and go do not have the heap marked step by step', () => {
  const buffers = `
    for (let turn = 0; turn < 200; turn++) {
      for (let i = 0; i < 100; i++) Buffer.allocUnsafeSlow(65_536)
      await new Promise(setImmediate)
    }`
  const begun = /IncrementalMarking\] Start/
  expect(printed(buffers, '--trace-incremental-marking')).toMatch(begun)
  expect(printed(TUNED + buffers, '--trace-incremental-marking')).not.toMatch(begun)
})
