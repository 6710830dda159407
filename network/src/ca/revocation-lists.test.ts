import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { revokedSerials } from '@llmchain/ca-client';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { mergedRevocationLists } from './revocation-lists';

let keys: webcrypto.CryptoKeyPair;
beforeAll(async () => {
  keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
});

/** A list as fabric-ca signs it. */
async function listOf(
  serials: readonly string[],
  nextUpdate: object = { nextUpdate: new Date(Date.now() + 1000) },
): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: 'CN=GuildMSP CA, O=LLMChain',
    thisUpdate: new Date(),
    ...nextUpdate,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
    signingKey: keys.privateKey,
  });
  return list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL');
}

const refused = (lists: readonly string[]): string[] => lists.flatMap((list) => [...revokedSerials(list)]).sort();

test('a list that says no more than is known changes nothing', async () => {
  const published = [await listOf(['0a', '0b'])];
  expect(mergedRevocationLists(published, await listOf(['0b']))).toBeUndefined();
  expect(mergedRevocationLists(published, await listOf(['0b', '0a']))).toBeUndefined();
  expect(mergedRevocationLists([], await listOf([]))).toBeUndefined();
});

test('a list that says all that the former did takes its place', async () => {
  const latest = await listOf(['0a', '0b', '0c']);
  expect(mergedRevocationLists([await listOf(['0a']), await listOf(['0b'])], latest)).toEqual([latest]);
});

test('an authority that has forgotten a revocation does not undo it', async () => {
  const former = await listOf(['0a', '0b']);
  const latest = await listOf(['0b', '0c']);
  expect(mergedRevocationLists([former], latest)).toEqual([former, latest]);
});

test('a list of another maker that cannot be read is never taken for an empty one', async () => {
  const foreign = await listOf(['0a'], {});
  await expect(() => revokedSerials(foreign)).toThrowWithCode('not_supported');
  const latest = await listOf(['0b']);
  expect(mergedRevocationLists([foreign], latest)).toEqual([foreign, latest]);
  expect(mergedRevocationLists([foreign, latest], latest)).toBeUndefined();
});

test('whatever lists follow one another: all that was ever revoked stays so, and repeating changes nothing', async () => {
  const serials = fc.uniqueArray(fc.constantFrom('01', '02', '03', '04', '05', '06'), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(serials, { minLength: 1, maxLength: 5 }), async (histories) => {
      let published: readonly string[] = [];
      const ever = new Set<string>();
      for (const history of histories) {
        const latest = await listOf(history);
        history.forEach((serial) => ever.add(serial));
        published = mergedRevocationLists(published, latest) ?? published;
        expect([...new Set(refused(published))]).toEqual([...ever].sort());
        expect(mergedRevocationLists(published, latest)).toBeUndefined();
        expect(published.length).toBeLessThanOrEqual(histories.length);
      }
    }),
    { numRuns: 40 },
  );
});
