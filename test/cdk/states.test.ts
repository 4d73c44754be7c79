import { expect, test } from '@jest/globals'
import { ConfigError } from '../../src/cdk/errors.ts'
import { parseStates } from '../../src/cdk/states.ts'

const blob = (name: string, n: number | null, namespace?: string) => ({
  stream_descriptor: { name, ...(namespace && { namespace }) },
  stream_state: n === null ? null : { n },
})
const stream = (name: string, n: number | null, namespace?: string) => ({
  type: 'STREAM',
  stream: blob(name, n, namespace),
})
const wrapped = (state: object) => ({ type: 'STATE', state })
const lines = (...messages: unknown[]) => messages.map((message) => JSON.stringify(message)).join('\n')

test.each([
  ['an empty file', '', []],
  ['a blank file', ' \n', []],
  ['{}', '{}', []],
  ['[]', '[]', []],
  ['a list of stream states', JSON.stringify([stream('a', 1), stream('b', 2)]), [blob('a', 1), blob('b', 2)]],
  ['indented', JSON.stringify([stream('a', 1)], undefined, 2), [blob('a', 1)]],
  ['a list of messages', JSON.stringify([wrapped(stream('a', 1))]), [blob('a', 1)]],
  ['one message', JSON.stringify(wrapped(stream('a', 1))), [blob('a', 1)]],
  ['lines of messages', lines(wrapped(stream('a', 1)), wrapped(stream('b', 2))), [blob('a', 1), blob('b', 2)]],
  ['all that a run printed', lines({ type: 'LOG' }, wrapped(stream('a', 1)), { type: 'TRACE' }), [blob('a', 1)]],
  ['a later state of the stream', lines(stream('a', 1), stream('a', 2)), [blob('a', 2)]],
  ['two namespaces', lines(stream('a', 1, 'x'), stream('a', 2, 'y')), [blob('a', 1, 'x'), blob('a', 2, 'y')]],
  ['a reset', JSON.stringify([stream('a', null)]), [blob('a', null)]],
  [
    'a global state',
    JSON.stringify([{ type: 'GLOBAL', global: { shared_state: {}, stream_states: [blob('a', 1)] } }]),
    [blob('a', 1)],
  ],
  ['a legacy state', JSON.stringify([{ type: 'LEGACY', data: { a: { n: 1 } } }]), [blob('a', 1)]],
  ['a legacy state without its type', JSON.stringify([{ data: { a: { n: 1 } } }]), [blob('a', 1)]],
])('reads %s', (_, text, expected) => {
  expect(parseStates(text)).toEqual(expected)
})

test.each([
  ['no JSON', '{"s3cr3t'],
  ['one broken line of many', `${lines(stream('a', 1))}\n{"s3cr3t`],
  ['a number', '5'],
  ['a text', '"s3cr3t"'],
  ['a list of numbers', '[1]'],
  ['an unknown type', '[{"type":"s3cr3t"}]'],
  ['a stream state without its stream', '[{"type":"STREAM"}]'],
  [
    'a blob that is a list',
    '[{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":["s3cr3t"]}}]',
  ],
  ['a stream without a name', '[{"type":"STREAM","stream":{"stream_descriptor":{},"stream_state":{}}}]'],
  ['some other object', '{"a":{"n":1}}'],
  ['a legacy state of other things', '[{"type":"LEGACY","data":{"a":"s3cr3t"}}]'],
])('refuses %s, without quoting it', (_, text) => {
  const parse = () => parseStates(text)
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow(/--state/)
  expect(parse).not.toThrow(/s3cr3t/)
})
