import { pipeline } from 'node:stream/promises';
import { Digest, FaultEvidence, Id, Opening, PrivateTerms } from '@llmchain/protocol';
import { z } from 'zod';
import { routesFor, type Route } from '../http/route';
import { PlacedReceipt } from '../ports/receipts';
import type { LicenceTerms } from '../usecases/licence-terms';
import type { ServePeers } from '../usecases/serve-peers';

/** A member of the consortium, known by its TLS certificate. */
export interface Neighbour {
  /** MSP id. */
  member: string;
}

const peer = routesFor<Neighbour>();

const BYTES = 'application/octet-stream';

/** What members' gateways and workers ask of one another, over mutual TLS. */
export function peerRoutes(usecases: { licenceTerms: LicenceTerms; servePeers: ServePeers }): Route<Neighbour>[] {
  const { licenceTerms, servePeers } = usecases;
  return [
    peer.stream({
      method: 'get',
      path: '/peer/v1/content/{sha256}',
      summary: 'Content by its digest, to members that may have it',
      roles: 'any',
      params: z.strictObject({ sha256: Digest }),
      gives: { [BYTES]: z.string().meta({ format: 'binary' }) },
      async respond({ actor, params }, response) {
        const { bytes, content } = await servePeers.content(actor.member, params.sha256);
        response.setHeader('content-type', BYTES);
        response.setHeader('content-length', String(bytes));
        await pipeline(content, response);
      },
    }),
    peer.json({
      method: 'get',
      path: '/peer/v1/licences/{id}/terms',
      summary: 'The private terms of a licence, to the members that it is offered or granted to',
      roles: 'any',
      params: z.strictObject({ id: Id }),
      response: PrivateTerms,
      run: ({ actor, params }) => licenceTerms.give(actor.member, params.id),
    }),
    peer.json({
      method: 'get',
      path: '/peer/v1/openings/{receipt}',
      summary: 'What opens a receipt’s commitments, to the members that verify its batch',
      roles: 'any',
      params: z.strictObject({ receipt: Digest }),
      response: Opening,
      run: ({ actor, params }) => servePeers.opening(actor.member, params.receipt),
    }),
    peer.json({
      method: 'get',
      path: '/peer/v1/faults/{sha256}',
      summary: 'Evidence of a fault that this member reports, to the members that may verify its batch',
      roles: 'any',
      params: z.strictObject({ sha256: Digest }),
      response: FaultEvidence,
      run: ({ actor, params }) => servePeers.faultEvidence(actor.member, params.sha256),
    }),
    peer.json({
      method: 'get',
      path: '/peer/v1/receipts/{receipt}',
      summary: 'Where a receipt stands, to the member that ordered the answer',
      roles: 'any',
      params: z.strictObject({ receipt: Digest }),
      response: PlacedReceipt,
      run: ({ actor, params }) => servePeers.receipt(actor.member, params.receipt),
    }),
  ];
}
