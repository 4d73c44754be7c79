/** The WebAssembly that assembly/mapper.ts is compiled to, and its memory. */
import { readFileSync } from 'node:fs'

/** What we use of it: Node has it, its types do not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface Global {
  readonly value: number
}

export interface Core {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly rowsDone: Global
  readonly inputAt: Global
  map(...positions: readonly number[]): void
}

/** The first address that is ours. */
export const BASE = 65_536

let code: object | undefined

export function newCore(): Core {
  code ??= new WebAssembly.Module(readFileSync(new URL('../../generated/mapper.wasm', import.meta.url)))
  // No type can know what a module exports.
  return new WebAssembly.Instance(code).exports as Core
}
