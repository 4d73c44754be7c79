export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/integration_tests/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/integration_tests/servers/'],
  // No test may reach a cloud's metadata address.
  setupFiles: ['<rootDir>/test/no-metadata.ts'],
  // Most tests wait for processes and sockets: one worker a processor keeps none of them idle.
  maxWorkers: '100%',
  testTimeout: 30_000,
}
