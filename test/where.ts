import { describe, test } from '@jest/globals'

/** For tests that need what not every machine has. `note` belongs to their names: what is left out says why. */
export const where = (isThere: boolean, lack: string) => ({
  test: isThere ? test : test.skip,
  describe: isThere ? describe : describe.skip,
  note: isThere ? '' : ` (left out: ${lack})`,
})
