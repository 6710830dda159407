import { batchRoot, canonicalJson, receiptList, sha256Hex, type SignedReceipt } from '@llmchain/protocol';
import fc from 'fast-check';
import { BatchDraft } from './batch-draft';

function receipt(index: number, session = `s${index % 3}`): SignedReceipt {
  const body = { amount: index, promptTokens: 2 * index, completionTokens: 3 * index, note: 'é'.repeat(index % 5) };
  const ticket = { body: { session, model: 'poet', version: 1 } };
  return { body: { ...body, ticket }, signer: 'w', signature: '' } as unknown as SignedReceipt;
}
const stored = (each: SignedReceipt, index: number) => ({ id: `r${index}`, body: canonicalJson(each) });

test('what it says of receipts is what they come to, and their list and root are the protocol’s', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
      const receipts = Array.from({ length: count }, (_, index) => receipt(index));
      const draft = new BatchDraft();
      expect(receipts.map(stored).every((each) => draft.add(each))).toBe(true);
      const sum = (count * (count - 1)) / 2;
      const entry = draft.entry(7);
      expect(entry).toMatchObject({
        sequence: 7,
        count,
        root: batchRoot(receipts),
        receipts: `sha256/${sha256Hex(receiptList(receipts))}`,
        amount: sum,
        promptTokens: 2 * sum,
        completionTokens: 3 * sum,
      });
      expect(entry.sessions.reduce((total, { amount }) => total + amount, 0)).toBe(sum);
      expect(draft.ids).toEqual(receipts.map((_, index) => `r${index}`));
    }),
  );
});

test('it takes no more receipts, sessions or bytes than a batch may hold, but always one', () => {
  const each = [1, 2, 3, 4].map((index) => stored(receipt(index, `s${index}`), index));
  const added = (limits: object): number => {
    const draft = new BatchDraft(limits);
    const first = each.findIndex((receipt) => !draft.add(receipt));
    return first < 0 ? each.length : first;
  };
  expect(added({})).toBe(4);
  expect(added({ receipts: 3 })).toBe(3);
  expect(added({ sessions: 2 })).toBe(2);
  expect(added({ bytes: 1 })).toBe(1);
  expect(() => new BatchDraft().entry(1)).toThrow(RangeError);
});
