import fc from 'fast-check';
import { sha256Hex } from '../crypto/hash';
import { PrivateTerms, termsDigest, termsReach } from './terms';

const SALT = 'ab'.repeat(32);

describe('private terms', () => {
  test('their digest is that of the salt’s bytes and the text', () => {
    expect(termsDigest({ salt: SALT, text: 'größe' })).toBe(
      sha256Hex(new Uint8Array([...new Uint8Array(32).fill(0xab), ...new TextEncoder().encode('größe')])),
    );
  });

  test('no two salts or texts have one digest', () => {
    const salt = fc.stringMatching(/^[0-9a-f]{64}$/);
    const terms = fc.record({ salt, text: fc.string({ minLength: 1 }) });
    fc.assert(
      fc.property(terms, terms, (a, b) => {
        fc.pre(a.salt !== b.salt || a.text !== b.text);
        expect(termsDigest(a)).not.toBe(termsDigest(b));
      }),
    );
  });

  test.each(['', '\ud800', 'a\u001b[2J', 'a\rb', '\u202eevil', 'x'.repeat(100_001)])(
    '%j is no text of terms',
    (text) => {
      expect(PrivateTerms.safeParse({ salt: SALT, text }).success).toBe(false);
    },
  );

  test('lines, tabs and every script are', () => {
    expect(PrivateTerms.safeParse({ salt: SALT, text: 'a\n\tb 版权 עברית 😀' }).success).toBe(true);
  });

  test.each([
    ['offered', '*', undefined, true],
    ['offered', 'LabMSP', undefined, true],
    ['offered', 'ArchiveMSP', undefined, false],
    ['active', 'ArchiveMSP', 'ArchiveMSP', false],
    ['active', '*', 'ArchiveMSP', true],
    ['active', 'LabMSP', 'LabMSP', true],
    ['revoked', '*', undefined, false],
    ['expired', 'LabMSP', undefined, false],
    ['revoked', 'LabMSP', 'LabMSP', true],
  ] as const)('an %s licence for %s, accepted by %s, reaches the lab: %s', (state, licensee, acceptedBy, reached) => {
    expect(termsReach({ state, licensee, ...(acceptedBy ? { acceptedBy } : {}) }, 'LabMSP')).toBe(reached);
  });
});
