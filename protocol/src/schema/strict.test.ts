import { z } from 'zod';
import { GatewayConfig, WorkerConfig } from '../deployment/config';
import { RECORDS } from '../records/table';
import { Opening } from '../inference/opening';
import { SignedReceipt } from '../inference/receipt';
import { TRANSACTIONS } from '../transactions/table';
import { Verdict } from '../verdict/verdict';

/** Every object schema inside a schema, with the place where it stands. */
function* objectsIn(
  schema: z.core.$ZodType,
  place: string,
  seen = new Set<unknown>(),
): Generator<[string, z.core.$ZodObjectDef]> {
  if (seen.has(schema)) return;
  seen.add(schema);
  const def = schema._zod.def as z.core.$ZodTypeDef & Record<string, unknown>;
  if (def.type === 'object') {
    const object = def as unknown as z.core.$ZodObjectDef;
    yield [place, object];
    for (const [name, inner] of Object.entries(object.shape)) yield* objectsIn(inner, `${place}.${name}`, seen);
    return;
  }
  for (const name of ['element', 'innerType', 'valueType', 'in', 'out', 'left', 'right']) {
    if (def[name]) yield* objectsIn(def[name] as z.core.$ZodType, `${place}.${name}`, seen);
  }
  for (const [index, option] of ((def['options'] as z.core.$ZodType[] | undefined) ?? []).entries()) {
    yield* objectsIn(option, `${place}|${index}`, seen);
  }
}

const schemas: [string, z.ZodType][] = [
  ...Object.entries(RECORDS),
  ...Object.entries(TRANSACTIONS).flatMap(([name, { request, result }]): [string, z.ZodType][] => [
    [`${name} request`, request],
    [`${name} result`, result],
  ]),
  ['receipt', SignedReceipt],
  ['opening', Opening],
  ['verdict', Verdict],
  ['gateway configuration', GatewayConfig],
  ['worker configuration', WorkerConfig],
];

test.each(schemas)('%s refuses unknown fields, at every depth', (name, schema) => {
  const objects = [...objectsIn(schema, name)];
  expect(objects.length).toBeGreaterThan(0);
  for (const [place, def] of objects) expect([place, def.catchall?._zod.def.type]).toEqual([place, 'never']);
});

test.each(schemas)('%s says which field it does not know', (_, schema) => {
  const result = schema.safeParse({ 'no such field': 1 });
  expect(JSON.stringify(result.error?.issues)).toContain('no such field');
});

test.each(Object.entries(RECORDS))('a record of type %s carries its schema, owner and transactions', (_, schema) => {
  expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(['schema', 'owner', 'createdTx', 'updatedTx']));
});

test('every change of the ledger can be repeated safely', () => {
  const byState = [
    ...['anchor', 'accept', 'reject', 'expire', 'rotate'].map((word) => `inference:${word}Batch`),
    ...['datasets', 'training', 'models'].flatMap((contract) => [`${contract}:taint`, `${contract}:lift`]),
    'artworks:expireLicence',
    'artworks:attest',
    'artworks:flag',
    'access:expire',
    'datasets:hold',
    'datasets:release',
    'members:setWrappingKey',
    'members:revokeWrappingKey',
    'models:giveKey',
    'models:withdrawKey',
    'inference:tally',
    'inference:refuseBatch',
    'inference:passOver',
    'inference:reportFault',
  ];
  for (const [name, { kind, request }] of Object.entries(TRANSACTIONS)) {
    const repeatable = kind === 'query' || 'operationId' in request.shape;
    expect([name, repeatable || byState.includes(name)]).toEqual([name, true]);
  }
});
