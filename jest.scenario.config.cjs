module.exports = {
  ...require('./jest.base.cjs'),
  testMatch: ['<rootDir>/test/scenarios/**/*.test.ts'],
  globalSetup: '<rootDir>/test/scenarios/support/run-begins.ts',
  globalTeardown: '<rootDir>/test/scenarios/support/run-ends.ts',
  testTimeout: 300_000,
};
