/** The HTTP client. The only file that loads axios, when it is asked to connect. */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Axios, AxiosRequestConfig } from 'axios'
import { hasProxy } from '../../cdk/proxy.ts'
import { type Agents, direct } from './direct.ts'

export const newAgents = (): Agents => ({
  http: new HttpAgent({ keepAlive: true }),
  https: new HttpsAgent({ keepAlive: true }),
})

/** A client that takes any status for an answer, follows no redirect, and gives bodies as streams. */
export async function connect(agents: Agents): Promise<Axios> {
  if (hasProxy(process.env)) return throughProxy(agents)
  // What a browser would load holds no adapter of axios for Node, nor the packages that it needs.
  const { default: axios } = await import('axios/dist/browser/axios.cjs')
  return new axios.Axios({ adapter: direct(agents) })
}

/** Only axios's own adapter knows when and how to go through a proxy. */
async function throughProxy({ http, https }: Agents): Promise<Axios> {
  const { default: axios } = await import('axios')
  return new axios.Axios({ ...ANY_ANSWER, adapter: 'http', httpAgent: http, httpsAgent: https })
}

const ANY_ANSWER: AxiosRequestConfig = {
  maxRedirects: 0,
  maxBodyLength: Number.POSITIVE_INFINITY,
  decompress: false,
  responseType: 'stream',
  validateStatus: null,
}
