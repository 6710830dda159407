import { NetworkError } from '@llmchain/network';
import { LlmchainError } from '@llmchain/protocol';
import { failureOf } from './failure';

test('errors keep their code, message and details', () => {
  expect(failureOf(new LlmchainError('not_found', 'There is none.', { id: 'x' }))).toEqual({
    code: 'not_found',
    message: 'There is none.',
    details: { id: 'x' },
  });
  expect(failureOf(new NetworkError('port_taken', 'Port 8080 is taken.', { port: 8080 }))).toMatchObject({
    code: 'port_taken',
    details: { port: 8080 },
  });
});

test('what is not expected is internal, with its own words', () => {
  expect(failureOf(new TypeError('x is not a function'))).toEqual({
    code: 'internal',
    message: 'x is not a function',
    details: {},
  });
  expect(failureOf('gone')).toEqual({ code: 'internal', message: 'gone', details: {} });
});
