/** What tests import from `@jest/globals`, made of those parts of Jest that work without the rest. */
import { createRequire } from 'node:module'

const ofJest = createRequire(createRequire(import.meta.url).resolve('jest'))
export const circus = ofJest('jest-circus')
export const { afterAll, afterEach, beforeAll, beforeEach, describe, test } = circus
export const { jestExpect: expect } = ofJest('@jest/expect')
export const jest = new (ofJest('jest-mock').ModuleMocker)(globalThis)
