import { readFileSync } from 'node:fs'

/** What we use of it: Node has it, its types do not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** A mutable global that a module exports. */
export interface Global {
  readonly value: number
}

export interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export const PAGE_BYTES = 65_536

/** Compiled once, when the first instance is made. No type can know what a module exports, nor what it asks for. */
export function webAssembly(url: URL): (imports?: object) => unknown {
  let module: object | undefined
  return (imports = {}) => {
    module ??= new WebAssembly.Module(readFileSync(url))
    return new WebAssembly.Instance(module, imports).exports
  }
}
