/** Takes any event and answers 200. Prints its port; ends with stdin. `/arrived` gives the events since it was last asked. */
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'

let bodies = []
let arrived = 0

/** Counted when nobody is measured any more. */
function count() {
  for (const { chunks, gzip } of bodies) {
    const whole = Buffer.concat(chunks)
    const body = gzip ? gunzipSync(whole) : whole
    for (let at = body.indexOf('"messageId"'); at >= 0; at = body.indexOf('"messageId"', at + 11)) arrived++
  }
  bodies = []
  return arrived
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' })
    if (request.url === '/arrived') {
      response.end(String(count()))
      arrived = 0
    } else {
      bodies.push({ chunks, gzip: request.headers['content-encoding'] === 'gzip' })
      response.end('{"success":true}')
    }
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => {
  server.closeAllConnections()
  server.close()
})
