/**
 * What a service may do, and what becomes of the events then: faults.test.ts plays it, and docs/delivery.md tells it.
 *
 * Thirty events, `e0` to `e29`, go out in three requests of ten, one after the other, and a state follows after each
 * ten. Unless a line says otherwise, it is the second request that meets the fault, once.
 */
import { ANSWERS } from './answers.ts'
import { CONNECTIONS } from './connections.ts'

export const FAULTS = { ANSWERS, CONNECTIONS } as const
