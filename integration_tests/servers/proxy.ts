/** A line to a server that can be cut: real servers do not break connections when they are asked to. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  /** The server's URL, by way of this proxy. */
  readonly endpoint: string
  /** The connections of the next requests break after so many bytes of their answers. */
  cutAfter(...bytes: readonly number[]): void
  close(): void
}

export async function cuttingProxy(server: string): Promise<CuttingProxy> {
  const { hostname, port, pathname } = new URL(server)
  const cuts: number[] = []
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    client.pipe(upstream)
    let left = Number.POSITIVE_INFINITY
    client.on('data', () => {
      left = cuts.shift() ?? Number.POSITIVE_INFINITY
    })
    upstream.on('data', (chunk) => {
      client.write(chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) client.destroy()
    })
    upstream.on('end', () => client.end())
    client.on('close', () => upstream.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname.replace(/\/$/, '')}`,
    cutAfter: (...bytes) => void cuts.push(...bytes),
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
