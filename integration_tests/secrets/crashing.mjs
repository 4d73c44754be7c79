/** For `node --import`: the first request that is made crashes the process, in an error that tells every secret. */
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'

for (const library of [http, https]) {
  const { request } = library
  library.request = (...args) => {
    process.nextTick(crash)
    return request(...args)
  }
}
syncBuiltinESMExports()

function crash() {
  const secrets = Object.entries(process.env).flatMap(([name, value]) => (name.startsWith('CANARY_') ? [value] : []))
  const cause = Object.assign(new Error(`caused by ${secrets.join(' ')}`), { config: { headers: secrets } })
  throw Object.assign(new Error(`crashed with ${JSON.stringify(secrets)}`, { cause }), { request: secrets })
}
