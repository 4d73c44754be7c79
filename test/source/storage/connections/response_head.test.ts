import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bodyBytes, headIn, keepsOpen } from '../../../../src/source/storage/connections/response_head.ts'

const lines = (...all: readonly string[]): string => all.join('\r\n')

test('a head is its status and its headers, by names in lower case', () => {
  const head = headIn(lines('HTTP/1.1 206 Partial Content', 'ETag: "a:b"', 'x-a:1', 'X-A:   2  ', 'Empty:'))
  expect(head?.status).toBe(206)
  expect([...(head?.headers ?? [])]).toEqual([
    ['etag', '"a:b"'],
    ['x-a', '1, 2'],
    ['empty', ''],
  ])
})

test.each(['HTTP/1.1 200', 'HTTP/1.1 200 ', 'HTTP/1.1 200 any words'])('the reason may be anything: %s', (text) => {
  expect(headIn(text)).toEqual({ status: 200, headers: new Map() })
})

test.each([
  [''],
  ['HTTP/1.0 200 OK'],
  ['HTTP/2 200'],
  ['HTTP/1.1 20'],
  ['HTTP/1.1 2000'],
  [' HTTP/1.1 200 OK'],
  [lines('HTTP/1.1 200 OK', 'no header')],
  [lines('HTTP/1.1 200 OK', 'name : value')],
  [lines('HTTP/1.1 200 OK', 'name: value', ' folded: value')],
  [lines('HTTP/1.1 200 OK', ': value')],
  [lines('HTTP/1.1 200 OK', '')],
  ['HTTP/1.1 200 OK\ncontent-length: 5'],
])('is no head: %j', (text) => {
  expect(headIn(text)).toBeUndefined()
})

const bytesOf = (status: number, ...headers: readonly string[]): number | undefined => {
  const head = headIn(lines(`HTTP/1.1 ${status} any`, ...headers))
  return head && bodyBytes(head)
}

test.each([
  [10, bytesOf(200, 'Content-Length: 10')],
  [0, bytesOf(206, 'Content-Length: 0')],
  [undefined, bytesOf(200)],
  [undefined, bytesOf(200, 'Content-Length: 10', 'Content-Length: 10')],
  [undefined, bytesOf(200, 'Content-Length: 10', 'Transfer-Encoding: chunked')],
  [undefined, bytesOf(200, 'Content-Length: +10')],
  [undefined, bytesOf(200, 'Content-Length: 0x10')],
  [undefined, bytesOf(200, 'Content-Length: 99999999999999999999')],
  [undefined, bytesOf(204, 'Content-Length: 10')],
  [undefined, bytesOf(304, 'Content-Length: 10')],
  [undefined, bytesOf(404, 'Content-Length: 10')],
])('the body has %p bytes', (expected, bytes) => {
  expect(bytes).toBe(expected)
})

test.each([
  [true, []],
  [true, ['Connection: keep-alive']],
  [false, ['Connection: close']],
  [false, ['connection: Keep-Alive, Close']],
])('another request may follow: %p, %j', (expected, headers) => {
  const head = headIn(lines('HTTP/1.1 200 OK', ...headers))
  expect(head && keepsOpen(head)).toBe(expected)
})

test('no text brings it out of order', () => {
  const unit = fc.constantFrom('HTTP/1.1 200 OK', '\r\n', '\n', ':', ' ', 'content-length', '5', '\0', 'é', 'a')
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const head = headIn(text)
      if (head) expect(head.status).toBe(200)
    }),
  )
})
