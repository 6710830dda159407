import { z } from 'zod';
import type { LlmchainError } from '../errors/error';
import { decode, decodeJson } from './decode';

const Schema = z.strictObject({
  list: z.array(z.strictObject({ name: z.string() })).optional(),
  'a/b~c': z.number().optional(),
});

function refusal(attempt: () => unknown): LlmchainError {
  try {
    attempt();
  } catch (error) {
    return error as LlmchainError;
  }
  throw new Error('nothing was refused');
}
const pointers = (error: LlmchainError): string[] =>
  (error.details['issues'] as { pointer: string }[]).map((issue) => issue.pointer);

test('gives what fits, and fills in defaults', () => {
  expect(decode(Schema, { list: [{ name: 'x' }] })).toEqual({ list: [{ name: 'x' }] });
  expect(decodeJson(z.strictObject({ a: z.number().default(1) }), '{}')).toEqual({ a: 1 });
});

test.each([
  [{ list: [{ name: 'x' }, { name: 1 }] }, '/list/1/name'],
  [{ list: [{ name: 'x', more: 1 }] }, '/list/0'],
  [{ 'a/b~c': 'x' }, '/a~1b~0c'],
  ['x', ''],
])('%j is refused with the JSON pointer %s', (value, pointer) => {
  const error = refusal(() => decode(Schema, value));
  expect(error.code).toBe('invalid_argument');
  expect(pointers(error)).toEqual([pointer]);
});

test('no more than twenty issues are told', () => {
  const error = refusal(() => decode(Schema, { list: Array.from({ length: 50 }, () => ({ name: 1 })) }));
  expect(pointers(error)).toHaveLength(20);
});

test.each(['', '{', 'undefined', "{'a':1}"])('%j is not JSON', (text) => {
  expect(refusal(() => decodeJson(Schema, text))).toMatchObject({
    code: 'invalid_argument',
    message: expect.stringContaining('not JSON'),
  });
});

test('the message names what was wrong', () => {
  expect(refusal(() => decode(Schema, 1, 'record')).message).toContain('The record is not valid');
});
