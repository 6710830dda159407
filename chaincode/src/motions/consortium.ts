import { LlmchainError, type Charter, type Consortium, type Motion } from '@llmchain/protocol';
import { amended, demandCharter, granted, joined, left, revoked } from '../rules/membership';
import type { Chamber, Enact, MotionOf, Prepare } from './motion';

/** @throws {LlmchainError} `wrong_state` once there is a consortium | `invalid_argument` */
export const found: Prepare<'found'> = async ({ state, member }, motion) => {
  if (await state.find('consortium')) throw new LlmchainError('wrong_state', 'The consortium is founded already.');
  const charter = demandCharter(motion.charter);
  return async () => {
    await state.create('consortium', [], { ...charter, owner: { member } });
  };
};

export const join: Prepare<'join'> = (chamber, { member }) => change(chamber, (charter) => joined(charter, member));

export const leave: Prepare<'leave'> = (chamber, { member }) => change(chamber, (charter) => left(charter, member));

export const policy: Prepare<'policy'> = (chamber, { terms }) => change(chamber, (charter) => amended(charter, terms));

export const grantRole: Prepare<'grantRole'> = (chamber, { member, role }) =>
  change(chamber, (charter) => granted(charter, member, role));

export const revokeRole: Prepare<'revokeRole'> = (chamber, { member, role }) =>
  change(chamber, (charter) => revoked(charter, member, role));

async function change({ state }: Chamber, by: <C extends Charter>(charter: C) => C): Promise<Enact> {
  const next = by<Consortium>(await state.get('consortium'));
  return async () => {
    await state.update('consortium', [], next);
  };
}

/** Who votes: on the founding those that it names, on everything else the members. @throws {LlmchainError} `wrong_state` */
export async function electorate({ state }: Pick<Chamber, 'state'>, motion: Motion): Promise<string[]> {
  const { members } = isFounding(motion) ? motion.charter : await state.get('consortium');
  return members.map(({ member }) => member);
}

function isFounding(motion: Motion): motion is MotionOf<'found'> {
  return motion.kind === 'found';
}
