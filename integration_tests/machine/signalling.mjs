/**
 * For `node --import`: the process gets a SIGTERM while the program is being loaded, at its first module beyond the one
 * that is started. Node.js loads modules in a thread of its own, where this file is loaded once more.
 */
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) register(import.meta.url)

export function load(url, context, next) {
  if (/\/dist\/process-[\w-]+\.js$/.test(url)) process.kill(process.pid, 'SIGTERM')
  return next(url, context)
}
