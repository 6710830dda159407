import { demandVerifiable } from './model-verification';

const exact = { marginMicro: 1_000, sampleRate: 10_000 };
const statistical = { clipMicro: 500_000, meanMicro: 9_000, deviationMicro: 50_000, oneFalseAlarmIn: 1_000_000 };

test('products in eight bits are verified in statistical mode alone, single precision in either', async () => {
  expect(() => demandVerifiable({ precision: 'fp32', verification: exact })).not.toThrow();
  expect(() => demandVerifiable({ precision: 'fp32', verification: { ...exact, statistical } })).not.toThrow();
  expect(() => demandVerifiable({ precision: 'int8', verification: { ...exact, statistical } })).not.toThrow();
  await expect(() => demandVerifiable({ precision: 'int8', verification: exact })).toThrowWithCode('invalid_argument');
});
