import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { LedgerClient } from '@llmchain/ledger-client';
import type { Annex, InstalledChaincode } from '@llmchain/network';
import { sha256Hex } from '@llmchain/protocol';
import { patiently } from '../patiently';

const CHAINCODE = { name: 'bare', main: join(__dirname, 'main.js') };

/** Puts the bare chaincode on every peer; where it is defined, {@link oneRecord} writes by one PutState. */
export function installBare(annex: Annex): Promise<InstalledChaincode> {
  return annex.install(CHAINCODE);
}

/** Writes the smallest record there is, a signer's key, under a key of its own, and waits until it is committed. */
export async function oneRecord(ledger: LedgerClient): Promise<void> {
  const signer = `bench-${randomUUID()}`;
  const request = { operationId: randomUUID(), signer, kind: 'gateway' as const, publicKey: sha256Hex(signer) };
  await ledger.submit('members:registerSigner', request);
}

/** Writes until one is taken: peers learn from one another who has a chaincode, or a channel, that is new. */
export function warmUp(ledger: LedgerClient): Promise<void> {
  return patiently(() => oneRecord(ledger), ['unavailable', 'quorum_not_reached']);
}
