import { existsSync } from 'node:fs'

/** What these tests hold the connectors against lies beside the project, not in it. Nothing else needs it. */
const CONFORMANCE = '<rootDir>/integration_tests/conformance/'
const hasFacts = existsSync(new URL('../shared/currents/', import.meta.url))
if (!hasFacts)
  console.warn('Left out: integration_tests/conformance/, for want of the samples and facts in ../shared/.')

export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/integration_tests/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/integration_tests/servers/',
    ...(hasFacts ? [] : [CONFORMANCE]),
  ],
  // No test may reach a cloud's metadata address.
  setupFiles: ['<rootDir>/test/no-metadata.ts'],
  // Most tests wait for processes and sockets: one worker a processor keeps none of them idle.
  maxWorkers: '100%',
  testTimeout: 30_000,
}
