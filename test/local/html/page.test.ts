import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { html } from '../../../src/local/html/markup.ts'
import { pageOf } from '../../../src/local/html/page.ts'

const PAGE = { title: 'A & B', style: 'b { color: red }', body: html`<b>bold</b>` }

const sha = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const policyOf = (page: string) => /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]
const within = (tag: string, page: string) => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1]

test('allows nothing but its own style', () => {
  const page = pageOf(PAGE)
  expect(within('style', page)).toContain('b { color: red }')
  expect(policyOf(page)).toBe(
    `default-src 'none'; style-src ${sha(within('style', page))}; base-uri 'none'; form-action 'none'`,
  )
  expect(page).not.toContain('<script')
})

test('allows its own script where it has one', () => {
  const page = pageOf({ ...PAGE, script: "'use strict'; 1 < 2" })
  expect(policyOf(page)).toBe(
    `default-src 'none'; style-src ${sha(within('style', page))}; script-src ${sha("'use strict'; 1 < 2")}; base-uri 'none'; form-action 'none'`,
  )
  expect(within('script', page)).toBe("'use strict'; 1 < 2")
})

test('shows its body and its title', () => {
  const page = pageOf(PAGE)
  expect(within('title', page)).toBe('A &#38; B')
  expect(within('body', page)?.trim()).toBe('<b>bold</b>')
})
