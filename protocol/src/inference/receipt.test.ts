import { readVectors } from '../../../test/support/vectors';
import { canonicalJson } from '../canonical/json';
import { fromHex, sha256Hex } from '../crypto/hash';
import { publicKeyOf, sign, verifySigned } from '../crypto/signed';
import { proveInclusion, verifyInclusion } from '../merkle/proof';
import { batchId, batchRoot, receiptLeaves, receiptList } from './batch';
import { commitment, InferenceInput, Opening } from './opening';
import { receiptId, SignedReceipt } from './receipt';
import { SignedTicket, ticketDigest } from './ticket';

interface Case {
  input: InferenceInput;
  inputSalt: string;
  tokens: number[];
  outputSalt: string;
  id: string;
  receipt: SignedReceipt;
}
interface Key {
  secretKey: string;
  publicKey: string;
}
const vectors = readVectors('receipts') as { gateway: Key; worker: Key; receipts: Case[]; root: string; list: string };
const signed = vectors.receipts.map(({ receipt }) => receipt);

describe.each(vectors.receipts)('golden receipt $id', ({ input, inputSalt, tokens, outputSalt, id, receipt }) => {
  const { body } = receipt;
  const ticket = body.ticket;

  test('fits the schemas', () => {
    expect(SignedReceipt.parse(receipt)).toEqual(receipt);
    expect(SignedTicket.parse(ticket)).toEqual(ticket);
    const opening: Opening = { schema: 'opening/1', receipt: id, input, inputSalt, tokens, outputSalt };
    expect(Opening.parse(opening)).toEqual(opening);
  });

  test("is named by its ticket's digest", () => {
    expect([ticketDigest(ticket.body), receiptId(body)]).toEqual([id, id]);
  });

  test('opens its commitments, and nothing else does', () => {
    expect(commitment(input, inputSalt)).toBe(ticket.body.input);
    expect(commitment(tokens, outputSalt)).toBe(body.output);
    expect(commitment([...tokens, 0], outputSalt)).not.toBe(body.output);
    expect(commitment(tokens, inputSalt)).not.toBe(body.output);
  });

  test('is signed by gateway and worker', () => {
    expect(verifySigned('llmchain/ticket/1', ticket, vectors.gateway.publicKey)).toBe(true);
    expect(verifySigned('llmchain/receipt/1', receipt, vectors.worker.publicKey)).toBe(true);
    expect(verifySigned('llmchain/receipt/1', receipt, vectors.gateway.publicKey)).toBe(false);
    expect(sign('llmchain/receipt/1', body, receipt.signer, fromHex(vectors.worker.secretKey))).toEqual(receipt);
  });
});

test('the golden keys', () => {
  for (const { secretKey, publicKey } of [vectors.gateway, vectors.worker]) {
    expect(publicKeyOf(fromHex(secretKey))).toBe(publicKey);
  }
});

test('the golden batch: root, list, and a proof of each receipt', () => {
  expect(batchRoot(signed)).toBe(vectors.root);
  expect(sha256Hex(receiptList(signed))).toBe(vectors.list);
  const leaves = receiptLeaves(signed);
  for (const [index, receipt] of signed.entries()) {
    expect(verifyInclusion(canonicalJson(receipt), proveInclusion(leaves, index), vectors.root)).toBe(true);
  }
  expect(batchRoot([...signed].reverse())).not.toBe(vectors.root);
  expect(batchId('ComputeMSP', 7)).toBe('ComputeMSP/7');
});

test.each(['ticket', 'worker', 'output', 'amount', 'execution'] as const)(
  'a receipt without %s is refused',
  (field) => {
    const { [field]: _, ...body } = signed[0]!.body;
    expect(SignedReceipt.safeParse({ ...signed[0], body }).success).toBe(false);
  },
);
