module.exports = {
  ...require('./jest.base.cjs'),
  testMatch: ['<rootDir>/*/src/**/*.test.ts', '<rootDir>/test/support/**/*.test.ts'],
};
