import { Digest, Id, Licence, LicenceEntry, PrivateTerms } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { LicenceTerms } from '../usecases/licence-terms';
import type { Transact } from '../usecases/transact';
import { api, HOLDERS, operation, OperationOnly, place } from './common';

/** Private terms by their digest, or as they are: the ledger gets their salted digest alone. */
const OfferedTerms = z.union([Digest, PrivateTerms.partial({ salt: true })]);
/** The digest of the terms that were read; or the terms themselves, where the parties exchanged them elsewhere. */
const ReadTerms = z.union([Digest, PrivateTerms]);

export function licenceRoutes(usecases: { licenceTerms: LicenceTerms; transact: Transact }): Route<Actor>[] {
  const { licenceTerms, transact } = usecases;
  const params = z.strictObject({ id: Id });
  return [
    api.json({
      method: 'post',
      path: '/v1/licences',
      summary: 'Offer a licence for works',
      roles: HOLDERS,
      status: 201,
      body: LicenceEntry.extend({ ...operation, terms: OfferedTerms.optional() }),
      response: Licence.extend(place),
      run: ({ actor, body: { operationId, ...licence } }) => licenceTerms.offer(actor, licence, operationId),
    }),
    api.json({
      method: 'get',
      path: '/v1/licences/{id}/terms',
      summary:
        'The private terms of a licence, for its parties and for whom it is offered to; checked against their digest',
      roles: ['artist', 'steward', 'trainer', 'admin', 'auditor'],
      params,
      response: PrivateTerms.extend({ licence: Id, terms: Digest }),
      run: ({ actor, params: { id } }) => licenceTerms.read(actor, id),
    }),
    api.json({
      method: 'post',
      path: '/v1/licences/{id}/accept',
      summary: 'Accept and pay an offered licence on behalf of the member',
      roles: ['steward', 'trainer', 'admin'],
      params,
      body: z.strictObject({ ...operation, terms: ReadTerms.optional() }).optional(),
      response: Licence.extend(place),
      run: ({ actor, params: { id }, body }) => licenceTerms.accept(actor, id, body?.terms, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/licences/{id}/revoke',
      summary: 'Take a licence back',
      roles: HOLDERS,
      params,
      body: OperationOnly,
      response: Licence.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'artworks:revokeLicence', { licence: id }, body?.operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/licences/{id}/expire',
      summary: 'Record that the time of a licence is over; anyone may',
      roles: 'any',
      params,
      response: Licence.extend(place),
      run: ({ actor, params: { id } }) => transact.submit(actor, 'artworks:expireLicence', { licence: id }),
    }),
  ];
}
