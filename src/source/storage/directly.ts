import type { Answer } from './connections/exchange.ts'
import type { Incoming, Receiver } from './incoming.ts'
import type { GetPart, Part } from './opener.ts'

/** Two ways to ask a provider for parts of objects. */
export interface Ways {
  /** For little CPU time, where answers are plain. Undefined where it can't ask. */
  direct(part: Part, receiver: Receiver): Promise<Answer | undefined>
  /** Through the provider's library, which knows what any answer means. */
  readonly library: GetPart
  /** An error like the library's, of a server that has too much to do and is not asked once more. */
  busy(status: number): Error
}

/** Directly where that will do. The library makes the first request, and those to a server that is in trouble. */
export function directly({ direct, library, busy }: Ways): GetPart {
  let isLibrarysTurn = true

  async function throughLibrary(part: Part, receiver: Receiver): Promise<Incoming> {
    isLibrarysTurn = false
    try {
      return await library(part, receiver)
    } catch (error) {
      isLibrarysTurn = true
      throw error
    }
  }

  return async (part, receiver) => {
    const answer = isLibrarysTurn ? undefined : await direct(part, receiver)
    if (answer?.body) return answer.body
    if (!answer || !isBusy(answer.status)) return throughLibrary(part, receiver)
    isLibrarysTurn = true
    throw busy(answer.status)
  }
}

const isBusy = (status: number): boolean => status === 429 || status >= 500
