/**
 * For `node --import`: what would go to Google goes to the server on this machine whose port is REROUTED_TO, and long
 * waits are over soon, so that a server may be silent for as long as we are patient.
 */
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { urlToHttpOptions } from 'node:url'

https.request = (...args) => {
  const [target, ...rest] = args[0] instanceof URL ? args : [{}, ...args]
  const [options, onResponse] = rest
  const asked = { ...(target instanceof URL ? urlToHttpOptions(target) : {}), ...options }
  const here = {
    protocol: 'http:',
    hostname: '127.0.0.1',
    host: undefined,
    port: process.env.REROUTED_TO,
    agent: undefined,
  }
  return http.request({ ...asked, ...here }, onResponse)
}
syncBuiltinESMExports()

const { setTimeout } = globalThis
const LONG_MS = 400
globalThis.setTimeout = (then, ms, ...args) => setTimeout(then, ms > LONG_MS ? ms / 200 : ms, ...args)
