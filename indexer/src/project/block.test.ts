import { compositeKey } from '@llmchain/protocol';
import fc from 'fast-check';
import {
  block,
  CHAINCODE,
  item,
  put,
  putBatch,
  putPage,
  putWork,
  rawWrite,
  transaction,
  work,
} from '../../../test/support/blocks';
import { projectBlock } from './block';

const start = { block: 6, time: 5 };
const project = (...transactions: Parameters<typeof block>[1]) =>
  projectBlock(block(7, transactions), CHAINCODE, start);

test('a work becomes a node and edges to its creators', () => {
  const record = work('Sonnet 18');
  const { nodes, edges, writes } = project(transaction('artworks:register', [putWork(record)]));
  expect(nodes).toMatchObject([{ id: record.sha256, type: 'work', label: 'Sonnet 18', fromBlock: 7, toBlock: null }]);
  expect(edges).toMatchObject([{ from: record.sha256, to: 'artist:GuildMSP:ann', kind: 'created by' }]);
  expect(writes).toMatchObject([{ type: 'work', parts: [record.sha256], deleted: false, unread: false }]);
});

test('a derived work points to what it is derived from', () => {
  const original = work('Sonnet 18').sha256;
  const { edges } = project(
    transaction('artworks:register', [putWork(work('Sonett 18', 'ben', { derivedFrom: original }))]),
  );
  expect(edges).toContainEqual(expect.objectContaining({ to: original, kind: 'derived from' }));
});

test('an invalid transaction leaves only its trace', () => {
  const refused = transaction('artworks:register', [putWork(work('x'))], { valid: false, validationCode: 11 });
  const projection = project(refused);
  expect(projection).toMatchObject({ nodes: [], edges: [], writes: [], superseded: [], time: 5 });
  expect(projection.transactions).toMatchObject([{ id: refused.id, valid: false, code: 11 }]);
});

test("writes of other namespaces are not the chaincode's", () => {
  const key = compositeKey('work', ['a']);
  expect(project(transaction('x:y', [rawWrite(key, '{}', '_lifecycle')]))).toMatchObject({
    writes: [],
    superseded: [],
  });
});

test('two versions of a record in one block: the first ends where it began', () => {
  const { nodes, edges } = project(
    transaction('a:a', [putWork(work('x'))]),
    transaction('a:b', [putWork(work('x', 'ben'))]),
  );
  expect(nodes.map((node) => node.toBlock)).toEqual([7, null]);
  expect(edges.map((edge) => [edge.to, edge.toBlock])).toEqual([
    ['artist:GuildMSP:ann', 7],
    ['artist:GuildMSP:ben', null],
  ]);
});

test('parts of one work in a page make one edge', () => {
  const source = work('long poem').sha256;
  const items = ['a', 'b', 'c'].map((text) => item(text, { work: source, licence: 'l1' }));
  expect(project(transaction('datasets:addPage', [putPage('d', 1, 0, items)])).edges).toMatchObject([
    { from: 'dataset:d@1', to: source, kind: 'contains', k: 0 },
    { from: 'dataset:d@1', to: 'licence:l1', kind: 'relies on', k: 1 },
  ]);
});

test("a batch is shown with its writer's endorsers", () => {
  const accepted = transaction('inference:acceptBatch', [putBatch('Lab', 1, { model: 'm', version: 1 }, 'accepted')], {
    endorsers: ['A', 'B'],
  });
  const data = JSON.parse(project(accepted).nodes[0]!.data);
  expect(data).toMatchObject({ state: 'accepted', verifiers: ['ArchiveMSP', 'GuildMSP'], endorsers: ['A', 'B'] });
});

const stamped = { owner: { member: 'LabMSP' }, createdTx: 'first', updatedTx: 'last' };

test.each(['anchored', 'accepted', 'rejected', 'expired'] as const)('a batch may be %s', (state) => {
  const write = putBatch('Lab', 1, { model: 'm', version: 1 }, state);
  expect(project(transaction('inference:x', [write])).nodes).toMatchObject([{ id: 'batch:Lab/1', state }]);
});

test('what a rejected batch drew and gave back hangs together with its settlement', () => {
  const reclaim = put('reclaim', ['Lab', '1', 's1'], {
    ...{ schema: 'reclaim/1', session: 's1', batch: 'Lab/1', amount: 5, ...stamped },
  });
  expect(project(transaction('inference:reclaim', [reclaim]))).toMatchObject({
    nodes: [{ id: 'reclaim:Lab/1/s1', type: 'reclaim' }],
    edges: [{ to: 'settlement:Lab/1', kind: 'takes back' }],
  });
});

test('an escrow lies between two accounts, and a vote may decide it', () => {
  const [payer, payee] = ['member:LabMSP', 'artist:GuildMSP:ann'] as const;
  const escrow = put('escrow', ['e1'], {
    ...{ schema: 'escrow/1', escrow: 'e1', payer, payee, amount: 9, purpose: 'A portrait', state: 'held', ...stamped },
  });
  const proposal = put('proposal', ['p1'], {
    ...{ schema: 'proposal/1', proposal: 'p1', electorate: ['LabMSP'], votes: [], state: 'open', ...stamped },
    motion: { kind: 'arbitrate', escrow: 'e1', outcome: 'refunded', reason: 'Never painted' },
  });
  const { nodes, edges } = project(transaction('credits:openEscrow', [escrow, proposal]));
  expect(nodes).toMatchObject([
    { id: 'escrow:e1', state: 'held' },
    { id: 'proposal:p1', state: 'open', label: 'p1 (arbitrate)' },
  ]);
  expect(edges).toMatchObject([
    { from: 'escrow:e1', to: payer, kind: 'paid by' },
    { from: 'escrow:e1', to: payee, kind: 'held for' },
    { from: 'proposal:p1', to: 'escrow:e1', kind: 'decides on' },
  ]);
});

test('the members and their terms are one thing, whatever they are at the time', () => {
  const members = ['guild', 'archive', 'lab', 'compute'].map((name) => ({ member: `${name}MSP`, name }));
  const fees = { operator: 3000, verifiers: 1000, modelOwner: 1500, dataContributors: 500, artists: 4000 };
  const consortium = put('consortium', [], {
    ...{ schema: 'consortium/1', members, fees, verifiersNeeded: 2, ...stamped },
  });
  expect(project(transaction('members:vote', [consortium])).nodes).toMatchObject([
    { id: 'consortium', type: 'consortium', label: 'guild, archive, lab, compute' },
  ]);
});

test('a deletion ends a record and begins nothing', () => {
  const projection = project(transaction('a:b', [rawWrite(compositeKey('delta', ['a', 'b', '1']), null)]));
  expect(projection).toMatchObject({
    nodes: [],
    superseded: ['delta/a/b/1'],
    writes: [{ deleted: true, record: null }],
  });
});

test.each([
  ['a type from the future', compositeKey('hologram', ['a']), '{"a":1}'],
  ['a record from the future', compositeKey('work', ['a']), '{"schema":"work/2"}'],
  ['what is not JSON', compositeKey('work', ['a']), 'not json'],
  ['a key that is not composite', 'plain', '{}'],
])('%s is kept and marked as not read', (_, key, text) => {
  expect(project(transaction('a:b', [rawWrite(key, text)])).writes).toMatchObject([{ unread: true }]);
});

test('time is that of the latest valid transaction and never goes back', () => {
  const late = transaction('a:b', [], { timestamp: 9_000 });
  const refused = transaction('a:b', [], { timestamp: 99_000, valid: false });
  expect(project(late, refused).time).toBe(9_000);
  expect(project(transaction('a:b', [], { timestamp: 1 })).time).toBe(5);
});

test('whatever a client wrote into its envelope, the rows can be stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), (text, timestamp, valid) => {
      const odd = transaction(text, [rawWrite(`\u0000${text}`, text)], { id: text, creator: text, timestamp, valid });
      const projection = project(odd);
      expect(JSON.stringify(projection)).not.toContain('\\u0000');
      expect(Number.isSafeInteger(projection.transactions[0]!.time)).toBe(true);
    }),
  );
});
