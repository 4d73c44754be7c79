import { expect, test } from '@jest/globals'
import { fakeAzure } from '../../../integration_tests/fakes/azure.ts'
import { azureStore } from '../../../src/source/storage/azure.ts'
import { closedAfterwards } from './opened.ts'
import { bytesOf, only } from './read.ts'

// The SDK looks at what is not to go through a proxy once in a process.
process.env['NO_PROXY'] = '127.0.0.1'
const fake = closedAfterwards(fakeAzure)

test.each([
  ['is named', 'http://127.0.0.1:9', [true, true, true]],
  ['is not', '', [true, false, false]],
])('the SDK, which knows when to go through it, makes all requests where a proxy %s', async (_, proxy, expected) => {
  process.env['HTTPS_PROXY'] = proxy
  const azure = await fake()
  azure.put('file', Buffer.from('content'))
  const store = azureStore(azure.config)
  const object = await only(store)
  for (let i = 0; i < 3; i++) expect((await bytesOf(store.read(object))).toString()).toBe('content')
  store.close()
  const reads = azure.requests.filter(({ operation }) => operation === 'read')
  expect(reads.map(({ headers }) => 'x-ms-client-request-id' in headers)).toEqual(expected)
})
