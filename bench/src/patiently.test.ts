import { LlmchainError } from '@llmchain/protocol';
import { patiently } from './patiently';

const failing = (code: 'not_found' | 'unavailable', times: number): (() => Promise<string>) => {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(new LlmchainError(code, 'not yet', {})) : Promise.resolve('done'));
};

test('what fails for a while is done at last', async () => {
  expect(await patiently(failing('not_found', 2), ['unavailable', 'not_found'])).toBe('done');
});

test('what fails for another reason fails at once', async () => {
  const act = failing('unavailable', 1);
  await expect(patiently(act, ['not_found'])).rejects.toThrowWithCode('unavailable');
  expect(await act()).toBe('done');
});
