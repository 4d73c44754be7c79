import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { html } from '../../../src/local/html/markup.ts'

test('text can not leave its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a') }), (text) => {
      const { html: markup } = html`<b title="${text}">${text}</b>`
      expect(markup).toMatch(/^<b title="[^<>"']*">[^<>"']*<\/b>$/)
      const inner = markup.slice(markup.indexOf('>') + 1, -4)
      expect(inner.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(text)
    }),
  )
})
