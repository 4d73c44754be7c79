/**
 * HTTP/1.1 for downloads. Each connection reads into one buffer, which is lent to the reader: node:http makes two new
 * buffers of every 64 KB that arrive, which costs four times what fetching the bytes does, most of it garbage
 * collection. See docs/decisions/0015-http-for-downloads.md.
 */
import type { SecureContextOptions } from 'node:tls'
import { Connection, type WireAnswer, type WireRequest } from './wire_connection.ts'

export interface Wire {
  /** The answer, once its head is there. */
  get(request: WireRequest): Promise<WireAnswer>
  /** Breaks all connections. */
  close(): void
}

/** Keeps connections, and makes as many as there are requests at a time. `secure`: whom to trust besides the usual. */
export function wire(secure: SecureContextOptions = {}): Wire {
  const all = new Set<Connection>()
  return {
    async get(request) {
      const origin = originOf(request)
      // The one that was used last: the server is the least likely to have closed it meanwhile.
      const kept = [...all].findLast((connection) => connection.isIdle && connection.origin === origin)
      const connection = kept ?? new Connection({ request, origin, secure, onClose: () => all.delete(connection) })
      all.delete(connection)
      all.add(connection)
      return connection.get(request)
    },
    close() {
      for (const connection of all) connection.destroy()
    },
  }
}

const originOf = ({ protocol, hostname, port }: WireRequest): string => `${protocol}//${hostname}:${port ?? ''}`
