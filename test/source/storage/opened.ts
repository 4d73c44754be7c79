import { afterAll } from '@jest/globals'

interface Closable {
  close(): Promise<void>
}

/** What it opens is closed after the tests of the file. */
export function closedAfterwards<Options, Fake extends Closable>(
  open: (options?: Options) => Promise<Fake>,
): (options?: Options) => Promise<Fake> {
  const opened: Fake[] = []
  afterAll(() => Promise.all(opened.map((fake) => fake.close())))
  return async (options) => {
    const fake = await open(options)
    opened.push(fake)
    return fake
  }
}
