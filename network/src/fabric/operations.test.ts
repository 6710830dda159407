import { metric } from './operations';

const TEXT = `# TYPE ledger_blockchain_height gauge
ledger_blockchain_height{channel="other"} 3
ledger_blockchain_height{channel="llmchain"} 1.2e+02
consensus_BFT_is_leader{channel="llmchain"} 1
`;

test('finds the sample with the wanted label', () => {
  expect(metric(TEXT, 'ledger_blockchain_height', { channel: 'llmchain' })).toBe(120);
  expect(metric(TEXT, 'consensus_BFT_is_leader', { channel: 'llmchain' })).toBe(1);
});

test('is undefined where there is none', () => {
  expect(metric(TEXT, 'ledger_blockchain_height', { channel: 'none' })).toBeUndefined();
  expect(metric(TEXT, 'ledger_blockchain', { channel: 'llmchain' })).toBeUndefined();
});
