import type { z } from 'zod';
import { Account } from '../records/credits';
import { ModelFile } from '../records/model';
import { Address, BasisPoints, Digest, Id, Line, Micro, MspId, OperationId, Version } from './scalars';

const DIGEST = 'a'.repeat(64);

test.each<[string, z.ZodType, unknown[], unknown[]]>([
  ['Digest', Digest, [DIGEST], ['A'.repeat(64), 'a'.repeat(63), `${DIGEST}\n`, 'g'.repeat(64)]],
  ['Address', Address, [`sha256/${DIGEST}`], [DIGEST, `sha512/${DIGEST}`, `sha256/${DIGEST}/x`]],
  ['MspId', MspId, ['LabMSP', 'a'], ['', '1Lab', 'Lab MSP', 'a'.repeat(64), 'Lab\u0000']],
  ['Id', Id, ['poet', '0', 'a.b-c_d'], ['', 'Poet', '-a', 'a/b', 'a:b', 'a@1', 'a\n', 'a'.repeat(65), 'é']],
  ['OperationId', OperationId, ['12345678', 'A:b.c-d_e'], ['1234567', 'a b c d e', 'x'.repeat(101)]],
  ['Micro', Micro, [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, '1', Number.NaN]],
  ['Version', Version, [1, 1_000_000], [0, 1_000_001, 1.5]],
  ['BasisPoints', BasisPoints, [0, 10_000], [-1, 10_001]],
  [
    'Line',
    Line,
    ['Sonnet 18', 'Élégie', 'x'.repeat(200)],
    ['', ' x', 'x ', 'a\nb', 'a\u0000', 'E\u0301', 'x'.repeat(201)],
  ],
  [
    'Account',
    Account,
    ['member:LabMSP', 'artist:GuildMSP:ann'],
    ['LabMSP', 'member:', 'artist:GuildMSP', 'member:LabMSP:x', 'artist:GuildMSP:Ann'],
  ],
])('%s takes what it should and nothing else', (_, schema, good, bad) => {
  for (const value of good) expect({ value, ok: schema.safeParse(value).success }).toEqual({ value, ok: true });
  for (const value of bad) expect({ value, ok: schema.safeParse(value).success }).toEqual({ value, ok: false });
});

test.each(['../x', 'a/../b', './a', 'a/./b', '/a', 'a/..', '.hidden', 'a\\b', 'a b', ''])(
  'the path %j leaves its folder',
  (path) => {
    expect(ModelFile.safeParse({ path, sha256: DIGEST, bytes: 1 }).success).toBe(false);
  },
);

test.each(['model.onnx', 'onnx/model_q4.onnx', 'a..b', 'a/b.c/d'])('the path %j is one', (path) => {
  expect(ModelFile.safeParse({ path, sha256: DIGEST, bytes: 1 }).success).toBe(true);
});
