import { expect, test } from '@jest/globals'
import { unknownKeys } from '../../src/cdk/unknown-keys.ts'

const provider = (name: string, properties: object) => ({ properties: { provider: { const: name }, ...properties } })
const SCHEMA = {
  properties: {
    path_prefix: {},
    labels: { type: 'object' },
    storage: { oneOf: [provider('s3', { bucket: {} }), provider('azure', { container: {} })] },
    routes: { items: { properties: { write_key: {} } } },
  },
}

test.each([
  [{}, []],
  [{ path_prefix: 'x', labels: { anything: 1 } }, []],
  [{ path_prefx: 'x' }, ['"path_prefx": it has no effect. Did you mean "path_prefix"?']],
  [{ storage: { provider: 's3', bukcet: 'b' } }, ['"storage.bukcet": it has no effect. Did you mean "bucket"?']],
  [{ storage: { provider: 's3', container: 'c' } }, ['"storage.container": it has no effect.']],
  [{ storage: { provider: 'gone', bucket: 'b', container: 'c' } }, []],
  [
    { routes: [{ write_key: 'k' }, { writeKey: 'k' }] },
    ['"routes[1].writeKey": it has no effect. Did you mean "write_key"?'],
  ],
  [{ constructor: 1, toString: 2 }, ['"constructor"', '"toString"']],
])('finds what the spec does not know in %j', (config, parts) => {
  const found = unknownKeys(SCHEMA, config)
  expect(found).toHaveLength(parts.length)
  for (const [i, part] of parts.entries()) expect(found[i]).toContain(part)
})
