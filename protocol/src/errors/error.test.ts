import fc from 'fast-check';
import { isErrorCode, REMEDY } from './code';
import { LlmchainError, parseError } from './error';

test('crosses a boundary as JSON and comes back the same', () => {
  const error = new LlmchainError('consent_missing', 'Two works say no.', { items: ['a'] });
  expect(parseError(JSON.stringify(error))).toEqual(error);
  expect(parseError(`chaincode response 500, ${JSON.stringify(error)}`)?.toJSON()).toEqual(error.toJSON());
});

test.each(['', 'no error', '{', '{"code":"no_such_code","message":"x"}', '{"code":"not_found"}', '[{}]', '{"code":1}'])(
  '%j carries no error of ours',
  (text) => {
    expect(parseError(text)).toBeUndefined();
  },
);

test('no text makes the reader throw', () => {
  fc.assert(fc.property(fc.string(), (text) => expect(() => parseError(`{${text}`)).not.toThrow()));
});

test('only words of the table are codes', () => {
  for (const code of Object.keys(REMEDY)) expect(isErrorCode(code)).toBe(true);
  for (const word of ['toString', '__proto__', 'constructor', '', 1, null, undefined])
    expect(isErrorCode(word)).toBe(false);
});
