import { GATEWAY_KEY, receiptOf, WORKER_KEY } from '../../../test/support/receipts';
import { publicKeyOf, sign } from '../crypto/signed';
import type { Signer } from '../records/inference';
import { culprit } from './culprit';
import { signatureFlaw, type Signatories } from './signatories';
import { ticketDigest } from './ticket';

const keyOf = (signer: string, kind: Signer['kind'], secretKey: Uint8Array, member: string): Signer => ({
  ...{ schema: 'signer/1', signer, kind, publicKey: publicKeyOf(secretKey), owner: { member } },
  ...{ createdTx: 'tx', updatedTx: 'tx' },
});
const worker = keyOf('compute-worker-1', 'worker', WORKER_KEY, 'ComputeMSP');
const gateway = keyOf('archive-gateway-1', 'gateway', GATEWAY_KEY, 'ArchiveMSP');
const receipt = receiptOf('a');
/** The receipt of a segment, whose order its gateway signed with this key. */
const segment = (secretKey: Uint8Array) => {
  const { ticket } = receipt.body;
  const { input: answered, maxAmount, nonce } = ticket.body;
  const body = {
    schema: 'continuation/1' as const,
    ticket: ticketDigest(ticket.body),
    producer: 'ComputeMSP',
    from: 4,
    answered,
    maxAmount,
    nonce,
  };
  const continuation = sign('llmchain/continuation/1', body, ticket.signer, secretKey);
  return sign('llmchain/receipt/1', { ...receipt.body, continuation }, receipt.signer, WORKER_KEY);
};
const flaw = (other = receipt, signatories: Partial<Signatories> = {}, producer = 'ComputeMSP') =>
  signatureFlaw(other, producer, { worker, gateway, ...signatories });

test('a receipt and its orders that are well signed have no flaw', () => {
  expect([flaw(), flaw(segment(GATEWAY_KEY))]).toEqual([undefined, undefined]);
});

test.each<[string, () => string | undefined, string]>([
  ['of another producer', () => flaw(receipt, {}, 'LabMSP'), 'names ComputeMSP as its producer'],
  [
    'that names another worker',
    () => flaw(sign('llmchain/receipt/1', { ...receipt.body, worker: 'other' }, receipt.signer, WORKER_KEY)),
    'names another worker, other,',
  ],
  ['by nobody', () => flaw(receipt, { worker: undefined }), 'compute-worker-1 is no worker of ComputeMSP'],
  ['by a gateway', () => flaw(receipt, { worker: { ...worker, kind: 'gateway' } }), 'is no worker'],
  ['by another’s worker', () => flaw(receipt, { worker: { ...worker, owner: { member: 'LabMSP' } } }), 'is no worker'],
  [
    'by another key',
    () => flaw(sign('llmchain/receipt/1', receipt.body, receipt.signer, GATEWAY_KEY)),
    'the signature of compute-worker-1 is not good',
  ],
  ['ordered by nobody', () => flaw(receipt, { gateway: undefined }), 'archive-gateway-1 is no gateway of ArchiveMSP'],
  ['ordered by a worker', () => flaw(receipt, { gateway: { ...gateway, kind: 'worker' } }), 'is no gateway'],
  [
    'ordered by another’s gateway',
    () => flaw(receipt, { gateway: { ...gateway, owner: { member: 'LabMSP' } } }),
    'is no gateway',
  ],
  [
    'ordered by another key',
    () => flaw(receipt, { gateway: { ...gateway, publicKey: worker.publicKey } }),
    'under the ticket is not good',
  ],
  ['continued by another key', () => flaw(segment(WORKER_KEY)), 'under the order to go on is not good'],
])('a receipt %s is flawed', (_, of, words) => {
  expect(of()).toContain(words);
});

test('a receipt’s own worker answers for it, or the first of its batch where that is none', () => {
  const named = (...workers: string[]) => ({ workers: workers.map((each) => ({ worker: each, lastOrder: 0 })) });
  expect(culprit(named('another', 'compute-worker-1'), receipt)).toBe('compute-worker-1');
  expect(culprit(named('another', 'third'), receipt)).toBe('another');
});
