import { pipeline } from 'node:stream/promises';
import { Address, Digest, LlmchainError } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import { CONTENT_LIMIT, type Content } from '../usecases/content';
import { api } from './common';

const BYTES = 'application/octet-stream';

export function contentRoutes(usecases: { content: Content }): Route<Actor>[] {
  return [
    api.stream({
      method: 'get',
      path: '/v1/content/{sha256}',
      summary: 'Content by its digest: from the member’s bucket, or from the owning member where the ledger allows it',
      roles: ['trainer', 'steward'],
      params: z.strictObject({ sha256: Digest }),
      gives: { [BYTES]: z.string().meta({ format: 'binary' }) },
      async respond({ actor, params }, response) {
        const content = await usecases.content.open(actor, params.sha256);
        try {
          const source = await content.open();
          response.setHeader('content-type', BYTES);
          response.setHeader('content-length', String(content.bytes));
          await pipeline(source, response);
        } finally {
          await content.close();
        }
      },
    }),
    api.stream({
      method: 'put',
      path: '/v1/content',
      summary: 'Put content into the member’s bucket, where its digest says; sealed unless it is public; at most 1 GiB',
      roles: ['artist', 'trainer', 'steward', 'admin'],
      query: z.strictObject({ public: z.enum(['true', 'false']).default('false') }),
      status: 201,
      accepts: BYTES,
      gives: { 'application/json': z.strictObject({ address: Address, bytes: z.number().int() }) },
      async respond({ actor, query }, response, request) {
        if (request.headers['content-type'] !== BYTES) {
          throw new LlmchainError('invalid_argument', `Send the content as it is, with the content type ${BYTES}.`);
        }
        if (Number(request.headers['content-length'] ?? 0) > CONTENT_LIMIT) {
          throw new LlmchainError(
            'too_large',
            `The content is larger than ${CONTENT_LIMIT} bytes. Send less at once.`,
            {
              limit: CONTENT_LIMIT,
            },
          );
        }
        const taken = await usecases.content.take(actor, request, { public: query.public === 'true' });
        response.statusCode = 201;
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(taken));
      },
    }),
  ];
}
