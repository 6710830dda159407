import { leafHash, toHex } from '@llmchain/protocol';
import fc from 'fast-check';
import { receiptLeaf } from './receipt-leaf';

test('a leaf is the protocol’s, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (body) => {
      expect(toHex(receiptLeaf(body))).toBe(toHex(leafHash(body)));
    }),
  );
});
