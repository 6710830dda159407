import {
  inPool,
  isSealed,
  LlmchainError,
  sealedSize,
  type Charter,
  type ModelEntry,
  type ModelKey,
  type ModelVersion,
  type WrappingKey,
} from '@llmchain/protocol';
import type { Invoker } from './authority';

/**
 * That a version's files are sealed all or none, and that enough members may have the key of sealed ones: whoever computes
 * answers, as many rivals as a batch needs have to compute them again.
 * @param owner MSP id
 * @throws {LlmchainError} `invalid_argument`
 */
export function demandSealing(
  entry: Pick<ModelEntry, 'files' | 'pool'>,
  owner: string,
  { members, verifiersNeeded }: Pick<Charter, 'members' | 'verifiersNeeded'>,
): void {
  const issue = (pointer: string, message: string): LlmchainError =>
    new LlmchainError('invalid_argument', `The sealed files do not fit together: ${pointer} ${message}.`, {
      issues: [{ pointer, message }],
    });
  if (!isSealed(entry)) {
    if (entry.pool) throw issue('/pool', 'must not be there for files that are not sealed');
    return;
  }
  entry.files.forEach(({ bytes, sealed }, at) => {
    if (sealed?.bytes !== sealedSize(bytes))
      throw issue(`/files/${at}/sealed`, `must be there, with ${sealedSize(bytes)} bytes`);
  });
  const strangers = entry.pool?.filter((one) => !members.some(({ member }) => member === one)) ?? [];
  if (strangers.length > 0) throw issue('/pool', `must hold members alone, which ${strangers.join(', ')} are not`);
  const holders = members.filter(({ member }) => inPool(entry, owner, member)).length;
  if (holders > verifiersNeeded) return;
  throw new LlmchainError(
    'invalid_argument',
    `Batches are verified by ${verifiersNeeded} members beside the one that computed them, and ${holders} in all may have the key. Let more into the pool.`,
    { issues: [{ pointer: '/pool', message: `must hold, with the owner, at least ${verifiersNeeded + 1} members` }] },
  );
}

/**
 * That a version's key may be given to a worker, wrapped to this public key.
 * @param key the worker's wrapping key as the ledger has it
 * @throws {LlmchainError} `wrong_state` | `not_authorised` | `conflict` when the worker has another key by now
 */
export function demandGivable(
  version: Pick<ModelVersion, 'model' | 'version' | 'files' | 'pool' | 'owner'>,
  key: WrappingKey,
  publicKey: string,
  members: Charter['members'],
): void {
  const { member, worker } = key;
  const details = { model: version.model, version: version.version, member, worker };
  const named = `${version.model}@${version.version}`;
  if (!isSealed(version))
    throw new LlmchainError('wrong_state', `${named} is not sealed: there is no key to give.`, details);
  if (!inPool(version, version.owner.member, member) || !members.some((one) => one.member === member))
    throw new LlmchainError('not_authorised', `Workers of ${member} are not in the pool of ${named}.`, details);
  if (key.state !== 'active')
    throw new LlmchainError(
      'wrong_state',
      `The wrapping key of ${worker} was revoked. ${member} has to set another.`,
      details,
    );
  if (key.publicKey !== publicKey)
    throw new LlmchainError(
      'conflict',
      `${worker} has another wrapping key by now. Wrap the key to that one.`,
      details,
    );
}

/**
 * Whether who gives a key knows what it takes the place of: otherwise one that is withdrawn in the same moment would be given
 * for all that. Programs give no key again that people have withdrawn.
 * @param before the key as it is; undefined where none was given
 * @param replaces transaction that last changed it, as the giver saw it
 * @throws {LlmchainError} `conflict` | `wrong_state`
 */
export function demandSeen(
  before: ModelKey | undefined,
  replaces: string | null,
  { role }: Pick<Invoker, 'role'>,
): void {
  if (before?.state === 'withdrawn' && role === 'service')
    throw new LlmchainError(
      'wrong_state',
      `The key of ${before.model}@${before.version} was withdrawn from ${before.worker}. A trainer or administrator may give it again.`,
      { model: before.model, version: before.version, member: before.member, worker: before.worker },
    );
  if ((before?.updatedTx ?? null) !== replaces)
    throw new LlmchainError(
      'conflict',
      'The key was given or withdrawn since it was looked at. Look at it, and decide again.',
      { replaces, found: before?.updatedTx ?? null },
    );
}
