/** What the tests of both servers do in the middle of a download, and download. */

/** Makes `change` happen in the middle of a download: where that broke off, it goes on when all is changed. */
export function inTheMiddle(change: () => Promise<unknown>) {
  let isChanged = () => {}
  const changed = new Promise<void>((resolve) => {
    isChanged = resolve
  })
  return {
    waiting: { random: () => 0, sleep: () => changed },
    change: async () => {
      await change()
      isChanged()
    },
  }
}

/** Enough bytes that not all of them wait in the buffers of a connection, and no two parts alike. */
export const CONTENT = Buffer.from(
  Uint32Array.from({ length: 5_000_000 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer,
)

export const waiting = { random: () => 0, sleep: async () => {} }
