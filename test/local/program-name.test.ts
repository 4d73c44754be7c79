import { expect, test } from '@jest/globals'
import { programName } from '../../src/local/program-name.ts'

test.each([
  ['/home/me/clone/dist/main.js', '/home/me/clone', 'node dist/main.js'],
  ['/home/me/clone/dist/main.js', '/home/me/work', 'node ../clone/dist/main.js'],
  ['/app/dist/main.js', '/a/folder/far/below', 'node /app/dist/main.js'],
  ['/usr/local/bin/braze-currents', '/home/me', 'braze-currents'],
])('%s called in %s is %s', (script, folder, name) => {
  expect(programName(script, folder)).toBe(name)
})
