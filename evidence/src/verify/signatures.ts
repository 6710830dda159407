import { verifySigned, type Domain, type Signed, type SignedReceipt, type Signer } from '@llmchain/protocol';
import type { SignedRead } from '../bundle/schema';
import type { Configuration } from '../fabric/configuration';
import { demand } from '../refusal';
import { provenRecord, recordOf } from './read';
import type { Steps } from './steps';

/** What an answer's gateway and worker signed, by the keys that the members have of them. */
export class Signatures {
  readonly #steps: Steps;
  readonly #context: { configuration: Configuration; chaincode: string };

  constructor(steps: Steps, context: { configuration: Configuration; chaincode: string }) {
    this.#steps = steps;
    this.#context = context;
  }

  /** The gateway's ticket. @param read the record of its key @returns that record */
  ticket({ body: { ticket } }: SignedReceipt, read: SignedRead | undefined): Signer {
    const gateway = this.#key('ticket key', read, ticket.signer, 'gateway', ticket.body.gateway);
    const ordered = `${ticket.body.model}@${ticket.body.version} ordered by ${gateway.owner.member}`;
    this.#good('ticket', 'llmchain/ticket/1', ticket, gateway, ordered);
    return gateway;
  }

  /** The gateway's order to go on, where the answer began elsewhere. */
  continuation({ body: { continuation } }: SignedReceipt, gateway: Signer): void {
    if (!continuation) return;
    const detail = `the answer goes on after ${continuation.body.from} tokens that others computed`;
    this.#good('continuation', 'llmchain/continuation/1', continuation, gateway, detail);
  }

  /** The worker's receipt. @param read the record of its key */
  receipt(receipt: SignedReceipt, read: SignedRead | undefined): void {
    const { completionTokens, producer } = receipt.body;
    const worker = this.#key('receipt key', read, receipt.signer, 'worker', producer);
    const computed = `${completionTokens} tokens computed by ${worker.signer} of ${producer}`;
    this.#good('receipt', 'llmchain/receipt/1', receipt, worker, computed);
  }

  #key(name: string, read: SignedRead | undefined, id: string, kind: Signer['kind'], member: string): Signer {
    return this.#steps.take(name, 'members f+1', () => {
      demand(read !== undefined, `the file has no record of the key of ${id}`);
      const proven = provenRecord(read, this.#context.configuration, this.#context.chaincode);
      const found = recordOf(proven, 'signer', id);
      demand(found.kind === kind && found.owner.member === member, `${id} is not a ${kind} of ${member}`);
      return { found, detail: `${id}, a ${kind} of ${member}, as ${proven.members.join(', ')} have it` };
    });
  }

  #good(name: string, domain: Domain, statement: Signed<unknown>, { signer, publicKey }: Signer, detail: string): void {
    this.#steps.take(name, 'signature', () => {
      demand(verifySigned(domain, statement, publicKey), `the signature of ${signer} is not good`);
      return { found: undefined, detail };
    });
  }
}
