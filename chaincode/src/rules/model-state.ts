import { LlmchainError, type Alias, type ModelVersion, type Motion } from '@llmchain/protocol';

type State = ModelVersion['state'];
type AliasMotion = Extract<Motion, { kind: 'alias' }>;

/**
 * That what a version answered may be put on the ledger. A retired version is served no more, yet what it answered before
 * it was retired is paid; nothing of a revoked one is.
 * @throws {LlmchainError} `wrong_state`
 */
export function demandAnchorable({ model, version, state }: Pick<ModelVersion, 'model' | 'version' | 'state'>): void {
  if (state === 'approved' || state === 'retired') return;
  throw new LlmchainError('wrong_state', `${model}@${version} is ${state}; only approved versions are served.`, {
    model,
    version,
    state,
  });
}

/** Whether a version may still be approved. @throws {LlmchainError} `wrong_state` once it was retired or revoked */
export function demandApprovable({ model, version, state }: Pick<ModelVersion, 'model' | 'version' | 'state'>): void {
  if (state === 'candidate' || state === 'approved') return;
  throw new LlmchainError('wrong_state', `${model}@${version} is ${state} for good. Register the next version.`, {
    state,
  });
}

/**
 * The state after the members end a version: candidates and approved versions may be retired, and everything revoked once.
 * @param aliases which point at the version; a version in use is not retired under its callers' feet, but it is revoked
 * @throws {LlmchainError} `wrong_state`
 */
export function ended(state: State, motion: 'retire' | 'revoke', aliases: readonly Alias['alias'][]): State {
  const next = motion === 'retire' ? 'retired' : 'revoked';
  if (state === 'revoked' || state === next)
    throw new LlmchainError('wrong_state', `The version is ${state} already.`, { state });
  if (motion === 'retire' && aliases.length > 0)
    throw new LlmchainError('wrong_state', `${aliases.join(' and ')} points at the version. Move the alias first.`, {
      aliases,
    });
  return next;
}

/**
 * Where an alias points next.
 * @param version what the motion points it at; undefined when it points at none
 * @throws {LlmchainError} `invalid_argument` for a weight that does not fit, `wrong_state` when the version is not approved
 * or the alias stands there already
 */
export function pointed(
  before: Alias | undefined,
  motion: AliasMotion,
  version: ModelVersion | undefined,
): Pick<Alias, 'version' | 'weight' | 'ordinal'> {
  const weighted = motion.alias === 'canary' && motion.version !== null;
  if (weighted !== (motion.weight !== undefined))
    throw new LlmchainError(
      'invalid_argument',
      weighted ? 'Say in `weight` which part of the requests the canary takes.' : 'Only a canary has a weight.',
      { issues: [{ pointer: '/motion/weight', message: weighted ? 'must be there' : 'must not be there' }] },
    );
  if (version && version.state !== 'approved')
    throw new LlmchainError('wrong_state', `${version.model}@${version.version} is ${version.state}, not approved.`, {
      state: version.state,
    });
  if ((before?.version ?? null) === motion.version && before?.weight === motion.weight)
    throw new LlmchainError('wrong_state', `${motion.alias} of ${motion.model} stands there already.`, {
      version: motion.version,
    });
  return {
    version: motion.version,
    ...(motion.weight === undefined ? {} : { weight: motion.weight }),
    ordinal: (before?.ordinal ?? 0) + 1,
  };
}
