import { expect, test } from '@jest/globals'
import { partsOf } from '../../../scripts/bundle/parts.ts'

const SDK = '/node_modules/@aws-sdk/client-s3/index.js'
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  '/src/main.ts': ['/src/cdk/stop.ts'],
  '/src/cdk/process.ts': ['/src/cdk/errors.ts'],
  '/src/cdk/run-configured.ts': ['/src/cdk/errors.ts', '/zod.js'],
  '/src/source/source.ts': ['/src/catalog.ts', '/src/source/cursor.ts', '/zod.js'],
  '/src/destination/destination.ts': ['/src/catalog.ts', '/src/destination/track.ts'],
  '/src/source/read-file.ts': ['/src/source/cursor.ts', '/src/source/decode.ts'],
  '/src/source/storage/s3.ts': [SDK, '/src/source/storage/retry.ts', '/src/cdk/errors.ts'],
  '/src/source/storage/gcs.ts': ['/src/source/storage/retry.ts'],
  // Two packages that import each other.
  [SDK]: ['/node_modules/@smithy/core/index.js', '/node_modules/other/index.js'],
  '/node_modules/@smithy/core/index.js': [SDK],
}
const graph = { getModuleInfo: (id: string) => ({ importedIds: IMPORTS[id] ?? [] }) }

test.each([
  ['/src/main.ts', undefined, 'is a file of its own, which awaits what the others do'],
  ['/src/cdk/stop.ts', 'start', 'comes with what is started'],
  ['/src/cdk/errors.ts', 'start', 'comes with the first of those that need it'],
  ['/zod.js', 'configured', 'comes with the configuration'],
  ['/src/source/cursor.ts', 'source', 'comes with the source'],
  ['/src/destination/track.ts', 'destination', 'comes with the destination'],
  ['/src/catalog.ts', 'configured', 'is needed by both roles, and neither may load the other'],
  ['/src/source/decode.ts', 'read-file', 'comes with the first file that is read'],
  ['/node_modules/@smithy/core/index.js', 'aws', 'comes with the client for S3'],
  ['/src/source/storage/retry.ts', undefined, 'is needed by other stores, which may not load the client for S3'],
  ['/node_modules/other/index.js', undefined, 'may be needed by other stores, too'],
  ['/src/local/cli.ts', undefined, 'is loaded by nothing else'],
])('%s belongs to %s: it %s', (id, part, _) => {
  expect(partsOf('/src')(id, graph)).toBe(part)
})
