/** The items that come before `signal` is aborted. A wait for the next item ends with the signal. */
export async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  let wake: ((result: IteratorResult<T>) => void) | undefined
  const stop = () => wake?.({ done: true, value: undefined })
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      // One promise per item: racing against a promise that lives as long as the run would keep every loser.
      const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
        wake = resolve
        iterator.next().then(resolve, reject)
      })
      if (result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', stop)
    // Not awaited: an iterator that waits for its next item ends only when that comes.
    iterator.return?.()?.catch(() => undefined)
  }
}
