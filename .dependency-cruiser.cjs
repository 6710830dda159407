/** Who may import whom. The table is explained in README.md, "The house". */
const workspace = (name, allowed) => ({
  name: `${name}-imports`,
  comment: `${name} may import ${allowed.length ? allowed.join(', ') : 'no workspace'}`,
  severity: 'error',
  from: { path: `^${name}/src`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(protocol|onnx-graph|evidence|ledger-client|ca-client|chaincode|indexer|ingestion|gateway-client|gateway|inference-workers|training|network|cli|test|bench|web)/',
    pathNot: [`^${name}/`, ...allowed.map((other) => `^${other}/`)],
  },
});
const shared = ['protocol', 'onnx-graph', 'ledger-client'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nobody-imports-test',
      severity: 'error',
      from: { pathNot: '(^test/|\\.test\\.ts$)' },
      to: { path: '^test/' },
    },
    workspace('protocol', []),
    workspace('onnx-graph', ['protocol']),
    workspace('ledger-client', ['protocol']),
    workspace('evidence', ['protocol']),
    workspace('ca-client', ['protocol']),
    workspace('chaincode', shared),
    workspace('inference-workers', shared),
    workspace('indexer', shared),
    workspace('ingestion', ['protocol']),
    workspace('training', shared),
    workspace('gateway', [...shared, 'evidence', 'ca-client', 'indexer', 'ingestion']),
    workspace('gateway-client', ['protocol']),
    workspace('cli', ['evidence', 'gateway-client', 'network', 'protocol']),
    workspace('network', ['protocol', 'ca-client']),
    {
      name: 'nobody-imports-bench',
      severity: 'error',
      from: { pathNot: '^(bench|test)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'protocol-and-evidence-are-pure',
      severity: 'error',
      from: { path: '^(protocol|evidence)/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '^(chaincode/src/rules|indexer/src/project)', pathNot: '\\.test\\.ts$' },
      to: { path: '^(chaincode/src/(ledger|contracts)|indexer/src/(store|follow)|node:)' },
    },
    {
      name: 'gateway-usecases-know-ports-only',
      severity: 'error',
      from: { path: '^gateway/src/usecases', pathNot: '\\.test\\.ts$' },
      to: { path: '^gateway/src/(adapters|routes)' },
    },
    {
      name: 'gateway-routes-know-usecases-only',
      severity: 'error',
      from: { path: '^gateway/src/routes', pathNot: '\\.test\\.ts$' },
      to: { path: '^gateway/src/adapters' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
