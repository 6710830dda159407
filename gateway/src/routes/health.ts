import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { CheckReadiness } from '../usecases/readiness';
import { api } from './common';

const Readiness = z.strictObject({
  ready: z.boolean(),
  parts: z.strictObject({ database: z.string(), objectStore: z.string(), ledger: z.string() }),
});

export function healthRoutes(usecases: { readiness: CheckReadiness }): Route<Actor>[] {
  return [
    api.json({
      method: 'get',
      path: '/healthz',
      summary: 'Whether the process runs',
      roles: 'public',
      response: z.strictObject({ status: z.literal('ok') }),
      run: () => Promise.resolve({ status: 'ok' as const }),
    }),
    api.stream({
      method: 'get',
      path: '/readyz',
      summary: 'Whether database, object store and ledger answer; 503 while one of them does not',
      roles: 'public',
      gives: { 'application/json': Readiness },
      async respond(_call, response) {
        const readiness = await usecases.readiness.run();
        response.statusCode = readiness.ready ? 200 : 503;
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(readiness));
      },
    }),
  ];
}
