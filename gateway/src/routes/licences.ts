import { Id, Licence, LicenceEntry } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Transact } from '../usecases/transact';
import { api, HOLDERS, operation, OperationOnly, place } from './common';

export function licenceRoutes(usecases: { transact: Transact }): Route<Actor>[] {
  const { transact } = usecases;
  const params = z.strictObject({ id: Id });
  return [
    api.json({
      method: 'post',
      path: '/v1/licences',
      summary: 'Offer a licence for works',
      roles: HOLDERS,
      status: 201,
      body: LicenceEntry.extend(operation),
      response: Licence.extend(place),
      run: ({ actor, body: { operationId, ...licence } }) =>
        transact.submit(actor, 'artworks:offerLicence', licence, operationId),
    }),
    api.json({
      method: 'post',
      path: '/v1/licences/{id}/accept',
      summary: 'Accept and pay an offered licence on behalf of the member',
      roles: ['steward', 'trainer', 'admin'],
      params,
      body: OperationOnly,
      response: Licence.extend(place),
      run: ({ actor, params: { id }, body }) =>
        transact.submit(actor, 'artworks:acceptLicence', { licence: id }, body?.operationId),
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
