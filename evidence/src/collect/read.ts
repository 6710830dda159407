import { toBase64 } from '../bytes';
import type { SignedRead } from '../bundle/schema';
import { splitTransaction } from '../fabric/transaction';

/** What of an endorsed query belongs into a bundle. @param envelope serialised `common.Envelope`, not signed */
export function signedRead(envelope: Uint8Array): SignedRead {
  const { channelHeader, signatureHeader, proposal, response, endorsements } = splitTransaction(envelope);
  return {
    channelHeader: toBase64(channelHeader),
    signatureHeader: toBase64(signatureHeader),
    proposal: toBase64(proposal),
    response: toBase64(response),
    endorsements: endorsements.map(({ endorser, signature }) => ({
      endorser: toBase64(endorser),
      signature: toBase64(signature),
    })),
  };
}
