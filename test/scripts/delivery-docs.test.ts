import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { FAULTS } from '../../integration_tests/faults/faults.ts'
import { deliveryDocs } from '../../scripts/delivery-docs.ts'

const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8')

test('docs/delivery.md says what the tests play; `npx tsx scripts/delivery-docs.ts` writes it anew', () => {
  expect(page).toBe(deliveryDocs(page))
})

test('docs/delivery.md has a line for every fault, without blanks that nobody filled', () => {
  for (const { fault } of [...FAULTS.ANSWERS, ...FAULTS.CONNECTIONS]) expect(page).toContain(`| ${fault} |`)
  expect(page).not.toMatch(/\{(service|host|timeout|folder)\}/)
})

test('says which section a page lacks', () => {
  expect(() => deliveryDocs('# Delivery')).toThrow('begin statuses')
})
