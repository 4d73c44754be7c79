/** Takes what comes at a limited speed, as a platform under load does. Argument: MB a second. */
import { setTimeout as sleep } from 'node:timers/promises'

const bytesPerMs = Number(process.argv[2]) * 1_000
const started = performance.now()
let bytes = 0
for await (const chunk of process.stdin) {
  bytes += chunk.length
  const ahead = bytes / bytesPerMs - (performance.now() - started)
  if (ahead > 1) await sleep(ahead)
}
