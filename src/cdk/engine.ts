import { setFlagsFromString } from 'node:v8'

/**
 * V8 of Node.js 20 compiles a function anew, with its optimizing compiler, once 66 KB of its bytecode have run. For a
 * process of seconds whose work is done by WebAssembly and by the system, that costs more than it brings: a fifth to a
 * third of the CPU time. What runs for longer is optimized all the same. Later versions of Node.js, which know no such
 * flag, count calls, and wait longer.
 */
export function optimizeLater(): void {
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=1000000')
}
