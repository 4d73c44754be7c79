/** Counts what arrives and answers 200. Prints its port, and at the end of stdin requests and bytes. */
import { createServer } from 'node:http'

let requests = 0
let bytes = 0
const server = createServer((request, response) => {
  requests++
  request.on('data', (chunk) => {
    bytes += chunk.length
  })
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}'))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => {
  console.log(JSON.stringify({ requests, bytes }))
  server.closeAllConnections()
  server.close()
})
