import { AliasName, modelSubject, ordinal, type Alias, type ModelVersion } from '@llmchain/protocol';
import { Taints } from '../ledger/taints';
import { ended, pointed } from '../rules/model-state';
import type { Chamber, Enact, MotionOf, Prepare } from './motion';

/** @throws {LlmchainError} `not_found` | `invalid_argument` | `wrong_state` | `tainted` */
export const alias: Prepare<'alias'> = async (chamber, motion) => {
  const { model, version } = motion;
  const { owner } = await chamber.state.get('model', model, ordinal(1));
  const target = version === null ? undefined : await chamber.state.get('model', model, ordinal(version));
  if (target) await new Taints(chamber).demandClean(modelSubject(target));
  return point(chamber, motion, target, owner);
};

export const retire: Prepare<'retire'> = (chamber, motion) => end(chamber, motion);

export const revoke: Prepare<'revoke'> = (chamber, motion) => end(chamber, motion);

async function point(
  { state, now, proposal }: Chamber,
  motion: MotionOf<'alias'>,
  target: ModelVersion | undefined,
  owner: Alias['owner'],
): Promise<Enact> {
  const { model, alias: name } = motion;
  const before = await state.find('alias', model, name);
  const value = { model, alias: name, ...pointed(before, motion, target), proposal, decided: now, owner };
  return async () => {
    await state.create('alias-value', [model, name, ordinal(value.ordinal)], value);
    if (!before) {
      await state.create('alias', [model, name], value);
      return;
    }
    const { weight: _, ...rest } = before;
    await state.update('alias', [model, name], { ...rest, ...value });
  };
}

/** @throws {LlmchainError} `not_found` | `wrong_state` */
async function end(chamber: Chamber, motion: MotionOf<'retire' | 'revoke'>): Promise<Enact> {
  const { state } = chamber;
  const { model, version, kind } = motion;
  const key = [model, ordinal(version)];
  const before = await state.get('model', ...key);
  const pointing: Alias['alias'][] = [];
  for (const name of AliasName.options)
    if ((await state.find('alias', model, name))?.version === version) pointing.push(name);
  const after = ended(before.state, kind, pointing);
  const withdrawals = await Promise.all(
    pointing.map((name) =>
      point(chamber, { kind: 'alias', model, alias: name, version: null }, undefined, before.owner),
    ),
  );
  return async () => {
    await state.update('model', key, { ...before, state: after });
    for (const withdraw of withdrawals) await withdraw();
  };
}
