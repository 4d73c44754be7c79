import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { mappingDocs } from '../../scripts/mapping-docs.ts'
import { eventTypes } from '../../src/catalog.ts'

test('docs/mapping.md is what the mapping does; `npx tsx scripts/mapping-docs.ts` writes it anew', () => {
  const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8')
  expect(page).toBe(mappingDocs())
})

test('docs/mapping.md names every event type, and has an example of it', () => {
  const page = mappingDocs()
  for (const { event_type } of eventTypes().values()) {
    expect(page).toContain(`| \`${event_type}\` |`)
    expect(page).toContain(`Example: <code>${event_type}</code>`)
  }
})
