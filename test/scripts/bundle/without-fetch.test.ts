import { expect, test } from '@jest/globals'
import { withPlainHttp } from '../../../scripts/bundle/without-fetch.ts'

const HTTP = 'globalThis.process.getBuiltinModule("http")'

test.each([
  ['import http from "http";', `const http = ${HTTP};`],
  ['import http$1 from "node:http";', `const http$1 = ${HTTP};`],
  ['import { Agent as Agent$1, request } from "node:http";', `const { Agent: Agent$1, request } = ${HTTP};`],
  ['const { request } = await import("node:http");', `const { request } = await Promise.resolve(${HTTP});`],
  ['import https from "node:https";', 'import https from "node:https";'],
  ['import { a } from "./http";', 'import { a } from "./http";'],
])('%s becomes %s', (code, plain) => {
  expect(withPlainHttp(`"use strict";\n${code}\nend()`)).toBe(`"use strict";\n${plain}\nend()`)
})
