import { createHash } from 'node:crypto';
import { createChaincodePackage } from './chaincode-package';

test('the package is the same bytes at every time, for every member and on every machine', async () => {
  const [first, second] = [await createChaincodePackage(), await createChaincodePackage()];
  expect(second.bytes.equals(first.bytes)).toBe(true);
  expect(first.id).toBe('llmchain_1:1b24404573d13d5dd166d68e917ec3c8ec9142f94000dc6741d493d01983e294');
  expect(first.id).toBe(`llmchain_1:${createHash('sha256').update(first.bytes).digest('hex')}`);
});

test('another label is another package', async () => {
  expect((await createChaincodePackage('llmchain_2')).id).toMatch(/^llmchain_2:[0-9a-f]{64}$/);
});
