import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { REMEDY } from '@llmchain/protocol';
import { z } from 'zod';
import { referToRecords } from './record-schemas';
import type { Route } from './route';

const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum(Object.keys(REMEDY) as [string, ...string[]]),
  remedy: z.enum(['reject', 'retry', 'wait', 'pay']),
  details: z.record(z.string(), z.unknown()),
});

function operationId(route: Route<never>): string {
  const words = route.path.split('/').filter((part) => part !== '' && part !== 'v1');
  return [route.method, ...words.map((word) => word.replaceAll(/[{}.]/g, ''))].join('_').replaceAll('-', '_');
}

/** What a route is about: the first word of its path. */
function subject(route: Route<never>): string {
  const [first = '', second] = route.path.split('/').filter((part) => part !== '');
  return second !== undefined && /^v\d+$/.test(first) ? second : 'service';
}

/** The routes as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly Route<never>[], version: string): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  const { $schema: _dialect, ...schema }: Record<string, unknown> = z.toJSONSchema(ProblemSchema);
  const problem = registry.registerComponent('schemas', 'Problem', schema).ref;
  for (const route of routes) {
    const body = route.body
      ? { content: { 'application/json': { schema: route.body } }, required: !route.body.safeParse(undefined).success }
      : route.accepts
        ? { content: { [route.accepts]: { schema: { type: 'string' as const, format: 'binary' } } }, required: true }
        : undefined;
    const headers = route.tagged ? { ...route.headers, 'if-none-match': z.string().optional() } : route.headers;
    registry.registerPath({
      method: route.method,
      path: route.path,
      operationId: operationId(route),
      tags: [subject(route)],
      summary: route.summary,
      ...(typeof route.roles === 'string' ? {} : { description: `Roles: ${route.roles.join(', ')}.` }),
      ...(route.roles === 'public' ? {} : { security: [{ key: [] }] }),
      request: {
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { query: route.query } : {}),
        ...(headers ? { headers: z.object(headers) } : {}),
        ...(body ? { body } : {}),
      },
      responses: {
        [route.status ?? 200]: {
          description: 'Success',
          ...(route.tagged ? { headers: z.object({ etag: z.string() }) } : {}),
          content: Object.fromEntries(Object.entries(route.gives).map(([type, schema]) => [type, { schema }])),
        },
        ...(route.tagged ? { 304: { description: 'Unchanged since the ETag in If-None-Match' } } : {}),
        default: {
          description: 'Problem details (RFC 9457)',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
    });
  }
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    tags: [...new Set(routes.map(subject))].sort().map((name) => ({ name })),
    info: { title: 'LLMChain gateway', version, description: 'One member’s API for people and programs.' },
  });
  return referToRecords(document);
}
