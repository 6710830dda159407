import { expect } from '@jest/globals';
import { RECORDS } from '@llmchain/protocol';
import { apiDocument } from '../routes';

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>;
  components: { schemas: Record<string, { type: string; properties: object; required: string[] }> };
}
const document = apiDocument() as Described;
const answerOf = (method: string, path: string, status = '200'): object =>
  document.paths[path]![method]!.responses[status]!.content['application/json']!.schema;

test('a record stands once in the document, and answers refer to it', () => {
  const work = { $ref: '#/components/schemas/Work' };
  expect(answerOf('get', '/v1/artworks/{id}')).toEqual(work);
  expect(answerOf('get', '/v1/artworks')).toMatchObject({ properties: { data: { items: work } } });
  expect(answerOf('post', '/v1/artworks/{id}/withdraw')).toEqual({
    allOf: [
      work,
      {
        type: 'object',
        properties: { transaction: { type: 'string' }, block: { type: 'integer' } },
        required: ['transaction', 'block'],
      },
    ],
  });
  const text = JSON.stringify(document.paths);
  for (const type of [...Object.keys(RECORDS), 'receipt']) expect(text).not.toContain(`"const":"${type}/1"`);
});

test('what stands beside a reference is not forbidden by it', () => {
  const { Work, ModelVersion } = document.components.schemas;
  expect(Work).not.toHaveProperty('additionalProperties');
  expect(Work).toMatchObject({ type: 'object', required: expect.arrayContaining(['sha256', 'owner']) });
  expect(ModelVersion!.required).not.toContain('parent');
});
