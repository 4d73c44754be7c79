import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { noticesOf, packagesIn } from '../../../scripts/bundle/notices.ts'

const root = mkdtempSync(join(tmpdir(), 'notices-'))
afterAll(() => rmSync(root, { recursive: true }))

function installed(name: string, files: Readonly<Record<string, string>>, more: object = { license: 'MIT' }): string {
  const folder = `node_modules/${name}`
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...more }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, folder, file), text)
  return folder
}

test.each([
  [['node_modules/a/index.js', 'node_modules/a/lib/b.js', 'src/main.ts'], ['node_modules/a']],
  [['node_modules/@b/c/dist/d.js'], ['node_modules/@b/c']],
  [['node_modules/a/node_modules/@b/c/d.js'], ['node_modules/a/node_modules/@b/c']],
])('the files %j belong to %j', (files, folders) => {
  expect(packagesIn(files)).toEqual(folders)
})

test('a notice holds every text that a package gives, with its name and version', () => {
  const folder = installed('kept', { 'LICENSE.md': 'Copyright Ann', NOTICE: 'thanks to Bob', 'README.md': 'not this' })
  const notice = noticesOf(root, [folder])
  for (const part of ['kept 1.0.0, MIT', 'Copyright Ann', 'thanks to Bob']) expect(notice).toContain(part)
  expect(notice).not.toContain('not this')
})

test.each([
  ['# Thing\n\nhow to\n\n## License\n\nCopyright Ann'],
  ['Thing\n=====\n\nhow to\n\nLicense\n-------\n\nCopyright Ann'],
])('a package without a file for it gives the end of its README: %j', (readme) => {
  const notice = noticesOf(root, [installed('told', { 'README.md': readme })])
  expect(notice).toContain('Copyright Ann')
  expect(notice).not.toContain('how to')
})

test('a package that only names its licence is named with its author', () => {
  const folder = installed('named', {}, { license: 'Apache-2.0', author: { name: 'Ann' } })
  expect(noticesOf(root, [folder])).toBe('named 1.0.0, Apache-2.0, Ann\n')
})

test('a package without any licence stops the build', () => {
  expect(() => noticesOf(root, [installed('bare', {}, {})])).toThrow('bare has no licence')
})
