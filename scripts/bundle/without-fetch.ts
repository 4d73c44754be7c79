/**
 * Keeps Node.js from loading fetch, which nothing here uses: 15 to 30 ms of each `write`, `sync`, and `read` from S3, and
 * 4 MB. Two things would load it:
 *
 * - An import of `node:http` as an ES module. It asks for every export, and from Node.js 22.5 on there is WebSocket among
 *   them, which comes with fetch (https://nodejs.org/api/http.html#class-websocket, read 2026-11).
 * - axios, by looking at the globals that it might use.
 */
import type { Plugin } from 'rolldown'

export const withoutFetch: Plugin = {
  name: 'without fetch',
  transform: {
    filter: { id: /\/axios\/dist\/browser\/axios\.cjs$/ },
    handler: (code) => `const globalThis = {}, fetch = undefined, FormData = undefined, Blob = undefined\n${code}`,
  },
  renderChunk: (code) => withPlainHttp(code),
}

const HTTP = 'globalThis.process.getBuiltinModule("http")'

/** Code as Rolldown writes it, with the HTTP module taken as it is instead of imported. */
export const withPlainHttp = (code: string): string =>
  code
    .replace(/^import (\S+) from "(?:node:)?http";$/gm, `const $1 = ${HTTP};`)
    .replace(/^import \{(.*)\} from "(?:node:)?http";$/gm, (_, names: string) => `const {${renamed(names)}} = ${HTTP};`)
    .replace(/\bimport\("(?:node:)?http"\)/g, `Promise.resolve(${HTTP})`)

/** `a as b` of an import is `a: b` where an object is taken apart. */
const renamed = (names: string): string => names.replaceAll(' as ', ': ')
