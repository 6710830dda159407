import { CleaningReport, DiversityReport, FORMATS, IngestParameters, type Format } from '@llmchain/ingestion';
import { Address, Digest, Id, LlmchainError, Pseudonym } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import { CONTENT_LIMIT } from '../usecases/content';
import type { AnnotateDataset } from '../usecases/annotate-dataset';
import type { IngestDataset, IngestOrder } from '../usecases/ingest-dataset';
import { api, VersionInPath } from './common';

const FORMAT_OF: ReadonlyMap<string, Format> = new Map([
  ['text/plain', 'text'],
  ['application/jsonl', 'jsonl'],
  ['application/x-ndjson', 'jsonl'],
  ['text/csv', 'csv'],
  ['application/x-tar', 'tar'],
  ['application/gzip', 'tar'],
  ['application/zip', 'zip'],
]);

const { field, work, licence, spdx, source, period, contributor, pii } = IngestParameters.shape;
/** What a cleaning is asked for, as words of a query. */
const Query = z.strictObject({
  format: z.enum(FORMATS).exclude(['folder']).optional(),
  ...{ field, work, licence, spdx, source, period, contributor, pii },
  /** ISO 639-3 codes with commas between them. */
  languages: z
    .string()
    .regex(/^[a-z]{3}(,[a-z]{3}){0,49}$/, 'must be ISO 639-3 codes with commas between them')
    .optional(),
  fewestWords: z.coerce.number().int().min(1).max(1_000_000).default(20),
  mostWords: z.coerce.number().int().min(1).max(10_000_000).default(200_000),
  quality: z.enum(['true', 'false']).default('true'),
  similarity: z.coerce.number().int().min(300).max(1_001).default(800),
});

const Answer = z.strictObject({
  items: z.number().int(),
  bytes: z.number().int(),
  tokens: z.number().int(),
  digests: z.array(Digest),
  manifest: Address.nullable(),
  cleaning: z.strictObject({ address: Address, report: CleaningReport }),
  diversity: z.strictObject({ address: Address, report: DiversityReport }),
  annotations: z.array(Address),
});

function cleaningOf(query: z.output<typeof Query>, contentType: string | undefined): IngestOrder {
  const { languages, quality, format = FORMAT_OF.get(contentType?.split(';')[0]?.trim() ?? ''), ...rest } = query;
  return { ...rest, format, quality: quality === 'true', ...(languages ? { languages: languages.split(',') } : {}) };
}

const LayerQuery = z.strictObject({
  aspect: Id,
  /** Pseudonyms with commas between them. */
  authors: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}(,[a-z0-9][a-z0-9._-]{0,63}){0,99}$/,
      'must be pseudonyms with commas between them',
    )
    .optional(),
  /** Addresses with commas between them. */
  manifests: z
    .string()
    .regex(/^sha256\/[0-9a-f]{64}(,sha256\/[0-9a-f]{64}){0,99}$/, 'must be addresses with commas between them')
    .optional(),
  from: VersionInPath.optional(),
});

const LayerAnswer = z.strictObject({
  address: Address,
  aspect: Id,
  annotations: z.number().int(),
  items: z.number().int(),
  bytes: z.number().int(),
  authors: z.array(z.strictObject({ author: Pseudonym, annotations: z.number().int() })),
});

/** @throws {LlmchainError} `too_large` before a byte is read */
function demandLength(length: string | undefined, what: string): void {
  if (Number(length ?? 0) <= CONTENT_LIMIT) return;
  throw new LlmchainError('too_large', `The ${what} is larger than ${CONTENT_LIMIT} bytes. Split it.`, {
    limit: CONTENT_LIMIT,
  });
}

export function ingestionRoutes(usecases: {
  annotateDataset: AnnotateDataset;
  ingestDataset: IngestDataset;
}): Route<Actor>[] {
  return [
    api.stream({
      method: 'post',
      path: '/v1/datasets/{id}/ingest',
      summary:
        'Read, clean and store a file’s items, up to 1 GiB and 100,000 items; a version is sealed of their manifest',
      roles: ['steward', 'admin'],
      params: z.strictObject({ id: Id }),
      query: Query,
      accepts: 'application/octet-stream',
      gives: { 'application/json': Answer },
      async respond({ actor, params, query }, response, request) {
        demandLength(request.headers['content-length'], 'file');
        const order = cleaningOf(query, request.headers['content-type']);
        const answer = await usecases.ingestDataset.run(actor, params.id, request, order);
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(answer));
      },
    }),
    api.stream({
      method: 'post',
      path: '/v1/datasets/{id}/annotations',
      summary:
        'Keep a layer of annotations, lines of {"item", "label", "author"?, "time"?}; a version is sealed with its address',
      roles: ['steward', 'admin'],
      params: z.strictObject({ id: Id }),
      query: LayerQuery,
      accepts: 'application/x-ndjson',
      gives: { 'application/json': LayerAnswer },
      async respond({ actor, params, query }, response, request) {
        demandLength(request.headers['content-length'], 'layer');
        const { aspect, authors, manifests, from } = query;
        const order = { aspect, authors: authors?.split(','), manifests: manifests?.split(','), from };
        const layer = await usecases.annotateDataset.run(actor, params.id, request, order);
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(layer));
      },
    }),
  ];
}
