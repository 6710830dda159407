import { LlmchainError, REMEDY, type ErrorCode } from '@llmchain/protocol';
import { failureOf, openAiProblemOf, problemOf, retryAfter, STATUS } from './problem';

const codes = Object.keys(REMEDY) as ErrorCode[];

test.each(codes)('%s has a status that agrees with its remedy', (code) => {
  const status = STATUS[code];
  expect(status).toBeGreaterThanOrEqual(400);
  if (REMEDY[code] === 'pay') expect(status).toBe(402);
  if (REMEDY[code] === 'retry') expect([429, 500, 503]).toContain(status);
  if (REMEDY[code] === 'reject') expect(status).toBeLessThan(500);
  expect(retryAfter(code) !== undefined).toBe((REMEDY[code] === 'retry' || REMEDY[code] === 'wait') && status !== 500);
});

test('problem details carry the code, the remedy and the details', () => {
  const error = new LlmchainError('consent_missing', 'Leave it out.', { items: ['x'] });
  expect(problemOf(error)).toEqual({
    type: 'urn:llmchain:error:consent_missing',
    title: 'Consent missing',
    status: 422,
    detail: 'Leave it out.',
    code: 'consent_missing',
    remedy: 'reject',
    details: { items: ['x'] },
  });
});

test('OpenAI’s clients find their shape in the same body', () => {
  const problem = openAiProblemOf(new LlmchainError('insufficient_credits', 'Pay.'));
  expect(problem.error).toEqual({ message: 'Pay.', type: 'insufficient_quota', code: 'insufficient_credits' });
  expect(problem.code).toBe('insufficient_credits');
});

test('what nobody expected tells the caller nothing', () => {
  const failure = failureOf(new Error('password is hunter2'));
  expect(failure.code).toBe('internal');
  expect(JSON.stringify(problemOf(failure))).not.toContain('hunter2');
});
