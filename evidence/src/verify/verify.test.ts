import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256Hex } from '@llmchain/protocol';
import fc from 'fast-check';
import { receiptEvidence, type Otherwise } from '../../../test/support/evidence-receipt';
import { altered, flippedAt, isBinary, leafSamples, leavesOf } from '../../../test/support/evidence-tamper';
import { base64, EvidenceWorld, NOW, unbase64, VALIDITY } from '../../../test/support/evidence-world';
import { bundleText } from '../bundle/text';
import type { EvidenceBundle } from '../bundle/schema';
import { verifyEvidence, type Verification } from './verify';

// Every verification checks some twenty signatures, which takes a while on a busy machine.
jest.setTimeout(60_000);

/** What a real network of four members gave. */
const VECTORS = join(__dirname, '../../vectors');
const DAY = 24 * 3600 * 1000;
let world: EvidenceWorld;
let bundle: EvidenceBundle;

beforeAll(async () => {
  world = await EvidenceWorld.create();
  bundle = receiptEvidence(world);
});

const verify = (text: string): Verification => verifyEvidence(text, world.roots, { at: NOW });
const failing = (text: string): string => {
  const { ok, steps } = verify(text);
  expect(ok).toBe(steps.every((step) => step.ok));
  return ok ? 'nothing' : steps.at(-1)!.name;
};
const failingWith = (otherwise: Otherwise): string => failing(bundleText(receiptEvidence(world, otherwise)));

test('a whole bundle proves its receipt, step by step', () => {
  const { ok, steps } = verify(bundleText(bundle));
  expect(steps.filter((step) => !step.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(steps.map(({ name, rests }) => `${name}: ${rests}`)).toEqual([
    'bundle: form',
    'genesis: pinned roots',
    'configurations: quorum of consenters',
    'configuration: form',
    'authorities: pinned roots',
    'signed read: members f+1',
    'block data: arithmetic',
    'transaction: signature',
    'block: quorum of consenters',
    'endorsements: signature',
    'record: arithmetic',
    'endorsers: endorsement rule',
    'settlement: arithmetic',
    'ticket key: members f+1',
    'ticket: signature',
    'receipt key: members f+1',
    'receipt: signature',
    'inclusion: arithmetic',
    'acceptance: members f+1',
  ]);
});

describe('one altered byte', () => {
  test('of any binary part is found', () => {
    const parts = leavesOf(bundle).filter((leaf) => isBinary(leaf) && leaf.value !== '');
    expect(parts.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(
        fc.nat(parts.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(7),
        (part, place, bit) => {
          const { path, value } = parts[part]!;
          const bytes = unbase64(value as string);
          bytes[Math.floor(place * bytes.length)]! ^= 1 << bit;
          expect(failing(altered(bundle, path, base64(bytes)))).not.toBe('nothing');
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of any part that is left out, cut short or made longer is found', () => {
    for (const leaf of leavesOf(bundle).filter(isBinary)) {
      const bytes = unbase64(leaf.value as string);
      const longer = base64(Buffer.concat([bytes, Buffer.of(0)]));
      for (const other of [undefined, longer, ...(bytes.length ? [base64(bytes.subarray(0, -1))] : [])])
        expect([leaf.path, failing(altered(bundle, leaf.path, other))]).not.toEqual([leaf.path, 'nothing']);
    }
  });

  test('of any other field is found', () => {
    for (const { path, value } of leavesOf(bundle).filter((leaf) => !isBinary(leaf))) {
      const others = typeof value === 'number' ? [value + 1, -1] : [`${String(value)}x`, ''];
      for (const other of [...others, undefined])
        expect([path, other, failing(altered(bundle, path, other))]).not.toEqual([path, other, 'nothing']);
    }
  });

  test('of the file itself is found, white space too', () => {
    const text = bundleText(bundle);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }), (place, change) => {
        const bytes = Buffer.from(text);
        bytes[place]! ^= change;
        expect(failing(bytes.toString('latin1'))).not.toBe('nothing');
      }),
      { numRuns: 60 },
    );
    for (const other of [text.trim(), ` ${text}`, `${text}\n`, JSON.stringify(bundle, null, 2)])
      expect(failing(other)).toBe('bundle');
  });

  test.each(['', '{', 'null', '[]', '{}', '{"schema":"evidence/1"}', '\u0000', '{"__proto__":1}'])(
    'nonsense such as %j is refused, and no error',
    (text) => expect(failing(text)).toBe('bundle'),
  );

  test('words of the file do not steer a terminal', () => {
    const parts = ['\u001b[2J ✔ every step holds\n', '\u202egnorw'];
    const { steps } = verify(altered(bundle, ['subject'], { kind: 'record', type: 'batch', parts }));
    expect(steps.length).toBeGreaterThan(1);
    for (const { detail } of steps) expect(detail).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('a field that is not known is refused at every depth', () => {
    for (const path of [[], ['subject'], ['block'], ['read'], ['block', 'signatures', 0], ['subject', 'inclusion']])
      expect(failing(altered(bundle, [...path, 'unknown'], 1))).toBe('bundle');
  });
});

describe('evidence of a real consortium, with the roots that its founding left', () => {
  const golden = (name: string): string => readFileSync(join(VECTORS, name), 'utf8');
  const members = ['ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'];
  const roots = {
    genesis: golden('roots/genesis.sha256').trim(),
    authorities: new Map(members.map((member) => [member, golden(`roots/${member}.ca.pem`)])),
  };
  const names = readdirSync(VECTORS).filter((name) => name.endsWith('.json'));
  /** So many bytes of a file are turned, evenly spread from a place that the file's name gives. */
  const TURNED = 16;

  test('is of seven kinds', () => {
    const kinds = names.map((name) => (JSON.parse(golden(name)) as EvidenceBundle).subject);
    expect(new Set(kinds.map((each) => (each.kind === 'record' ? each.type : each.kind))).size).toBe(7);
  });

  test.each(names)(
    '%s holds, and not with one byte of it turned, nor with other roots',
    (name) => {
      const text = golden(name);
      expect(verifyEvidence(text, roots).steps.filter((step) => !step.ok)).toEqual([]);
      expect(verifyEvidence(text, world.roots).steps.at(-1)).toMatchObject({ name: 'genesis', ok: false });
      const bytes = Buffer.from(text);
      const stride = Math.floor(bytes.length / TURNED);
      const first = Number.parseInt(sha256Hex(name).slice(0, 8), 16) % stride;
      for (let at = first; at < bytes.length; at += stride) {
        bytes[at]! ^= 1;
        expect([at, verifyEvidence(bytes.toString('utf8'), roots).ok]).toEqual([at, false]);
        bytes[at]! ^= 1;
      }
      for (const leaf of leafSamples(JSON.parse(text), { seed: first, count: 4 }))
        expect([leaf.path, verifyEvidence(flippedAt(JSON.parse(text), leaf), roots).ok]).toEqual([leaf.path, false]);
    },
    60_000,
  );
});

describe('consenters', () => {
  test('too few signatures', () => {
    expect(failingWith({ signedBy: ['ArchiveMSP', 'GuildMSP'] })).toBe('block');
    expect(failingWith({ signedBy: [] })).toBe('block');
  });
  test('one of them twice, or out of order', () => {
    expect(failingWith({ signedBy: ['ArchiveMSP', 'ArchiveMSP', 'GuildMSP'] })).toBe('block');
    expect(failingWith({ signedBy: ['GuildMSP', 'ArchiveMSP', 'ComputeMSP'] })).toBe('block');
  });
  test('another number than the signer’s', () => {
    const { block } = structuredClone(bundle);
    block.signatures[2]!.signature = block.signatures[1]!.signature;
    expect(failing(altered(bundle, ['block'], block))).toBe('block');
  });
  test('all four sign as well', () => {
    expect(failingWith({ signedBy: ['ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'] })).toBe('nothing');
  });
});

test.each([
  ['block', 'block'],
  ['endorsement', 'endorsements'],
  ['read', 'signed read'],
] as const)('a signature with a high s is refused under a %s', (highS, step) => {
  expect(failingWith({ highS })).toBe(step);
});

describe('roots', () => {
  test('another genesis block', async () => {
    const elsewhere = await EvidenceWorld.create();
    const step = (roots: typeof world.roots) => verifyEvidence(bundleText(bundle), roots).steps.at(-1);
    expect(step({ ...world.roots, genesis: elsewhere.roots.genesis })).toMatchObject({ name: 'genesis', ok: false });
    expect(step({ ...world.roots, authorities: elsewhere.roots.authorities })).toMatchObject({
      name: 'authorities',
      ok: false,
    });
    expect(step({ ...world.roots, authorities: new Map() })).toMatchObject({ name: 'authorities', ok: false });
    expect(step({ ...world.roots, genesis: '' })).toMatchObject({ name: 'genesis', ok: false });
  });
  test('another chaincode', () => {
    const { ok, steps } = verifyEvidence(bundleText(bundle), world.roots, { chaincode: 'other' });
    expect([ok, steps.at(-1)?.name]).toEqual([false, 'signed read']);
  });
  test('signed later than now', () => {
    expect(verifyEvidence(bundleText(bundle), world.roots, { at: NOW - 3_600_000 }).steps.at(-1)).toMatchObject({
      name: 'signed read',
      ok: false,
    });
  });
});

describe('endorsers of an acceptance', () => {
  test('the producer among them', () => {
    expect(failingWith({ endorsers: world.peers('ArchiveMSP', 'ComputeMSP', 'LabMSP') })).toBe('endorsers');
    const electorate = ['ArchiveMSP', 'ComputeMSP', 'LabMSP'];
    const verifiers = ['ArchiveMSP', 'ComputeMSP'];
    const endorsers = world.peers('ArchiveMSP', 'ComputeMSP');
    expect(failingWith({ endorsers, batch: { electorate, verifiers } })).toBe('endorsers');
  });
  test('fewer than are needed', () => {
    expect(failingWith({ endorsers: world.peers('ArchiveMSP') })).toBe('endorsers');
    const [archive] = world.peers('ArchiveMSP');
    expect(failingWith({ endorsers: [archive!, archive!] })).toBe('endorsers');
  });
  test('others than are named', () => {
    expect(failingWith({ endorsers: world.peers('ArchiveMSP', 'GuildMSP') })).toBe('endorsers');
  });
  test('an anchor that writes the batch as accepted needs more: it is no acceptance', () => {
    expect(failingWith({ call: 'inference:anchorBatch' })).toBe('endorsers');
  });
  test('somebody who is not a peer', () => {
    const { client } = world.signers.LabMSP;
    expect(failingWith({ endorsers: [...world.peers('ArchiveMSP'), client] })).toBe('endorsements');
  });
});

describe('certificates', () => {
  test('not valid yet, or no longer, when they signed', () => {
    expect(failingWith({ transactionTime: VALIDITY.until + 1_000 })).toBe('transaction');
    expect(failingWith({ readTime: VALIDITY.from - 1_000 })).toBe('signed read');
  });
  test('an endorser’s that had ended', async () => {
    const old = await world.signers.LabMSP.authority.issue('peer', { from: NOW - 2 * DAY, until: NOW - DAY });
    expect(failingWith({ endorsers: [...world.peers('ArchiveMSP'), old] })).toBe('endorsements');
  });
  test('issued by the authority of another member', async () => {
    const stranger = await world.signers.ComputeMSP.authority.issue('peer');
    expect(failingWith({ endorsers: [...world.peers('ArchiveMSP'), { ...stranger, member: 'LabMSP' }] })).toBe(
      'endorsements',
    );
    expect(failingWith({ endorsers: [...world.peers('ArchiveMSP'), { ...stranger, member: 'NoMSP' }] })).toBe(
      'endorsements',
    );
  });
  test('taken back by its authority', async () => {
    const { authority, peer } = world.signers.LabMSP;
    const revoked = world.configuration(100, 1, { revocations: { LabMSP: await authority.revoke(peer) } });
    const later = { configurations: [world.genesis, revoked], configuration: 100 };
    expect(failingWith({ ...later, readBy: world.peers('ArchiveMSP', 'GuildMSP') })).toBe('endorsements');
    expect(failingWith(later)).toBe('signed read');
    const bare = world.configuration(100, 1, { revocations: { LabMSP: await authority.revokeWithoutNext(peer) } });
    expect(failingWith({ configurations: [world.genesis, bare], configuration: 100 })).toBe('signed read');
    const forged = await world.signers.GuildMSP.authority.revoke(peer);
    const harmless = world.configuration(100, 1, { revocations: { LabMSP: forged } });
    expect(failingWith({ configurations: [world.genesis, harmless], configuration: 100 })).toBe('nothing');
  });
});

test('what a certificate signed before it was taken back still counts, what it signs now does not', async () => {
  const { authority, peer } = world.signers.LabMSP;
  const revoked = world.configuration(400, 1, { revocations: { LabMSP: await authority.revoke(peer) } });
  const keysReadBy = world.peers('ArchiveMSP', 'GuildMSP');
  const since = { configurations: [world.genesis, revoked], configuration: 0, keysReadBy };
  expect(failingWith({ ...since, readBy: keysReadBy })).toBe('nothing');
  expect(failingWith({ ...since, readBy: world.peers('ArchiveMSP', 'LabMSP') })).toBe('signed read');
});

describe('signed reads', () => {
  test('by f members alone', () => {
    expect(failingWith({ readBy: world.peers('GuildMSP') })).toBe('signed read');
    expect(failingWith({ readBy: world.peers('GuildMSP', 'GuildMSP') })).toBe('signed read');
    expect(failingWith({ readBy: world.peers('GuildMSP', 'LabMSP') })).toBe('nothing');
  });
  test('of another value than was written, or written elsewhere', () => {
    expect(failingWith({ said: { amount: 301 } })).toBe('record');
    expect(failingWith({ place: { block: 300, index: 0 } })).toBe('record');
    expect(failingWith({ place: { block: 300, index: 2 } })).toBe('block data');
    expect(failingWith({ place: { block: 299, index: 1 } })).toBe('block data');
  });
  test('of a key of another kind or member', () => {
    expect(failingWith({ gateway: { kind: 'worker' } })).toBe('ticket key');
    expect(failingWith({ worker: { owner: { member: 'LabMSP' } } })).toBe('receipt key');
    expect(failingWith({ worker: { publicKey: sha256Hex('another') } })).toBe('receipt');
  });
});

test('a batch that is not accepted proves no receipt', () => {
  expect(failingWith({ batch: { state: 'rejected', verifiers: [] }, call: 'inference:rejectBatch' })).toBe(
    'acceptance',
  );
});

describe('configurations', () => {
  const later = (changes: Parameters<EvidenceWorld['configuration']>[2] = {}, sequence = 1) => ({
    configurations: [world.genesis, world.configuration(100, sequence, changes)],
    configuration: 100,
  });

  test('a later one counts when a quorum signed it', () => {
    expect(failingWith(later())).toBe('nothing');
    expect(failingWith(later({ signedBy: ['ArchiveMSP', 'GuildMSP'] }))).toBe('configurations');
    expect(failingWith(later({ time: VALIDITY.until + DAY }))).toBe('configurations');
  });
  test('none may be left out', () => {
    expect(failingWith(later({}, 2))).toBe('configurations');
    expect(failingWith({ configuration: 100 })).toBe('configuration');
  });
  test('the genesis block comes first', () => {
    expect(failingWith({ configurations: [world.configuration(100, 1)], configuration: 100 })).toBe('genesis');
  });
});

test('evidence of a record is of that record alone', () => {
  const { subject: _, ...rest } = bundle;
  const of = (...parts: string[]): string =>
    `${canonicalJson({ ...rest, subject: { kind: 'record', type: 'batch', parts } })}\n`;
  expect(failing(of('ComputeMSP', '0000000001'))).toBe('nothing');
  expect(failing(of('ComputeMSP', '0000000002'))).toBe('signed read');
});
