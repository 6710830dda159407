import fc from 'fast-check';
import { USES } from '../records/work';
import { trainingMiningSignal } from './training-mining';

const DIGEST = 'd'.repeat(64);
const cawg = (entries: unknown, label = 'cawg.training-mining') => ({ label, data: { entries } });
const ALL = Object.fromEntries(USES.map((use) => [use, 'not_allowed']));

describe('training and data mining in manifests', () => {
  test('each entry is of one use, with its constraint under either name', () => {
    const read = trainingMiningSignal(
      [
        { label: 'c2pa.actions.v2', data: {} },
        cawg({
          'cawg.ai_training': { use: 'constrained', constraint_info: 'ask\u001b\u202eann' },
          'cawg.ai_generative_training': { use: 'notAllowed' },
          'cawg.ai_inference': { use: 'allowed' },
          'cawg.data_mining': { use: 'constrained', constraints_info: 'https://example.org/terms' },
          'org.example.printing': { use: 'allowed' },
        }),
      ],
      DIGEST,
    );
    expect(read).toEqual({
      signal: {
        source: 'c2pa',
        digest: DIGEST,
        preference: {
          training: 'constrained',
          generative_training: 'not_allowed',
          inference: 'allowed',
          mining: 'constrained',
        },
      },
      constraints: { training: 'ask  ann', mining: 'https://example.org/terms' },
    });
  });

  test.each([
    ['c2pa.training-mining', { 'c2pa.ai_generative_training': { use: 'notAllowed' } }],
    ['cawg.training-mining__1', { 'cawg.ai_generative_training': { use: 'never' } }],
    ['c2pa.training-mining', { 'c2pa.ai_generative_training': 'allowed' }],
  ])('%s with %j forbids', (label, entries) => {
    const { signal } = trainingMiningSignal([cawg(entries, label)], DIGEST)!;
    expect(signal.preference).toEqual({ generative_training: 'not_allowed' });
  });

  test.each([undefined, null, [], 'notAllowed', { entries: [] }, {}])(
    '%j as an assertion forbids everything',
    (data) => {
      expect(trainingMiningSignal([{ label: 'cawg.training-mining', data }], DIGEST)?.signal.preference).toEqual(ALL);
    },
  );

  test('says nothing where there is no such assertion', () => {
    const others = ['c2pa.actions', 'cawg.training-mining-notes', 'xcawg.training-mining'];
    expect(
      trainingMiningSignal(
        others.map((label) => cawg({}, label)),
        DIGEST,
      ),
    ).toBeUndefined();
  });

  test('another assertion never makes anything laxer', () => {
    const entry = fc.record({ use: fc.constantFrom('allowed', 'notAllowed', 'constrained', 'x') });
    const entries = fc.dictionary(fc.constantFrom('cawg.ai_training', 'cawg.data_mining', 'c2pa.ai_inference'), entry);
    const rank = ['allowed', 'constrained', 'not_allowed'];
    fc.assert(
      fc.property(entries, entries, (some, more) => {
        const [before, after] = [[cawg(some)], [cawg(some), cawg(more)]].map(
          (all) => trainingMiningSignal(all, DIGEST)!.signal.preference,
        );
        for (const use of USES)
          expect(rank.indexOf(after?.[use] ?? 'allowed')).toBeGreaterThanOrEqual(
            rank.indexOf(before?.[use] ?? 'allowed'),
          );
      }),
    );
  });
});
