import { expect, test } from '@jest/globals'
import { packagesWith } from '../loaded.ts'

test('spec waits for no package: zod comes with the commands that need it', () => {
  expect(packagesWith('cdk/process.ts')).toEqual([])
  expect(packagesWith('cdk/run-configured.ts')).toEqual(['zod'])
})
