import {
  LlmchainError,
  mostRestrictive,
  ownerAccount,
  type Owner,
  type Preference,
  type Work,
  type WorkEntry,
} from '@llmchain/protocol';

/** Earlier owners that a work remembers. */
const FORMER = 100;

type Registered = Omit<Work, 'schema' | 'createdTx' | 'updatedTx'>;

/** @throws {LlmchainError} `invalid_argument` unless no content stands twice in the request */
export function demandDistinct(works: readonly WorkEntry[]): void {
  const digests = works.map((work) => work.sha256);
  const twice = digests.find((digest, index) => digests.indexOf(digest) !== index);
  if (twice === undefined) return;
  throw new LlmchainError('invalid_argument', 'The same content stands twice in this request. Send each work once.', {
    sha256: twice,
  });
}

/**
 * A work as its owner registers it: the creators' accounts hold its shares, and of each use the most restrictive holds
 * of what the owner and the signals in the content say.
 * @param index place in the request, for the pointer
 * @throws {LlmchainError} `invalid_argument` unless the creators' shares sum to 10,000
 */
export function registered(entry: WorkEntry, owner: Owner, index: number): Registered {
  const sum = entry.creators.reduce((total, creator) => total + creator.share, 0);
  if (sum !== 10_000 || new Set(entry.creators.map(({ person }) => person)).size !== entry.creators.length) {
    throw new LlmchainError(
      'invalid_argument',
      `The shares of work ${index} sum to ${sum}; each creator stands once and all shares sum to 10,000.`,
      { issues: [{ pointer: `/works/${index}/creators`, message: 'shares must sum to 10,000' }] },
    );
  }
  return {
    ...entry,
    preference: effective(entry, entry.preference),
    state: 'registered',
    shares: entry.creators.map(({ person, share }) => ({
      holder: ownerAccount({ member: owner.member, person }),
      share,
    })),
    disputes: [],
    formerOwners: [],
    licences: [],
    owner,
  };
}

/** What holds when the owner says this of the work. */
export function effective({ signals = [] }: Pick<WorkEntry, 'signals'>, declared: Preference): Preference {
  return mostRestrictive(declared, signals);
}

/** @throws {LlmchainError} `wrong_state` while the work is disputed, or once it is withdrawn */
export function demandClear({ sha256, state, disputes }: Work): void {
  if (disputes.length > 0)
    throw new LlmchainError('wrong_state', `Work ${sha256} is disputed. Wait until the members have decided.`, {
      work: sha256,
      disputes,
    });
  if (state === 'withdrawn')
    throw new LlmchainError('wrong_state', `Work ${sha256} was withdrawn; nothing new can be built on it.`, {
      work: sha256,
      state,
    });
}

/** The work in other hands. @throws {LlmchainError} `too_large` when it had too many owners to remember another */
export function handedOver(work: Work, owner: Owner): Work {
  if (work.formerOwners.length === FORMER)
    throw new LlmchainError('too_large', `Work ${work.sha256} changed hands ${FORMER} times; it cannot again.`, {
      work: work.sha256,
    });
  return { ...work, owner, formerOwners: [...work.formerOwners, work.owner] };
}
