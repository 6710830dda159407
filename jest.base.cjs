/** Shared by the unit and the scenario configuration: TypeScript by swc, workspaces by their sources. */
// fabric-shim logs every refusal at level error; a test that expects one should not print it.
process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= 'CRITICAL';

module.exports = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/runtime-environment.cjs',
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@contentauth|data-uri-to-buffer|fetch-blob|formdata-polyfill|node-fetch|@noble|@huggingface|franc-min|trigram-utils|n-gram|collapse-white-space)/)',
  ],
  moduleNameMapper: { '^@llmchain/([a-z-]+)$': '<rootDir>/$1/src' },
  modulePathIgnorePatterns: ['<rootDir>/[a-z-]+/dist/', '<rootDir>/.cache/'],
  // Machines are shared and slow at times: a test that hangs still ends.
  testTimeout: 60_000,
  setupFilesAfterEnv: ['<rootDir>/test/support/matchers.ts'],
};
