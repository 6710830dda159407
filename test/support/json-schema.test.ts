import { Motion } from '@llmchain/protocol';
import { z } from 'zod';
import { example, jsonSchema, wrongs } from './json-schema';

test('what is wrong is found at every place, however deep, and a strict schema refuses all of it', () => {
  const line = z.strictObject({ count: z.number().int().min(1), name: z.string().regex(/^a+$/).optional() });
  const schema = z.strictObject({ lines: z.array(line).min(1).max(3), kind: z.enum(['a', 'b']) });
  expect(schema.safeParse(example(jsonSchema(schema))).success).toBe(true);
  const all = [...wrongs(jsonSchema(schema))];
  const said = all.map(({ what }) => what);
  for (const what of [
    '/lines/0/count: missing',
    '/lines/0/count: 2^53',
    '/lines/0/name: non-ASCII',
    '/lines/0/: an extra field',
    '/lines: a list that is too long',
    '/lines: an empty list',
    '/kind: a number',
  ])
    expect(said).toContain(what);
  expect(said).not.toContain('/lines/0/name: missing');
  expect(all.filter(({ value }) => schema.safeParse(value).success)).toEqual([]);
});

test('of a thing of several kinds every kind is tried', () => {
  const said = [...wrongs(jsonSchema(Motion))].map(({ what }) => what);
  expect(said).toContain('/charter/members/0/roles/0: a number');
  expect(said).toContain('/payments/0/amount: a negative number');
  expect(said).toContain('/weight: 2^53');
  expect(said.length).toBeGreaterThan(300);
});
