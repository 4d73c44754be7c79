export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/integration_tests/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/integration_tests/servers/'],
  // No test may reach a cloud's metadata address.
  setupFiles: ['<rootDir>/test/no-metadata.ts'],
  testTimeout: 30_000,
}
