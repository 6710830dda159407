module.exports = {
  ...require('./jest.base.cjs'),
  testMatch: ['<rootDir>/test/scenarios/**/*.test.ts'],
  testTimeout: 300_000,
};
