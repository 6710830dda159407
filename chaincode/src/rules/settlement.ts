import {
  CONSORTIUM_ACCOUNT,
  splitByLargestRemainder,
  type Account,
  type FeePolicy,
  type Settlement,
} from '@llmchain/protocol';

/** What a settlement is worked out from; all of it is on the ledger or in the accepting transaction's arguments. */
export interface Earnings {
  amount: number;
  fees: FeePolicy;
  producer: string;
  /** The members whose verifiers accepted. */
  verifiers: readonly string[];
  modelOwner: string;
  /** Owners of the model's datasets and the tokens of each; undefined for a version from outside, which names none. */
  contributors: readonly { member: string; tokens: number }[] | undefined;
}

/**
 * Cuts a batch's fee by the policy: parts for members by account, and the artists' pool. Nothing is lost to rounding:
 * parts and pool sum to the amount. Where nobody is known whose works a model was trained on, what would be theirs is all
 * members' together, so that nobody earns more by a model that leaves the artists out.
 */
export function settle(earnings: Earnings): Pick<Settlement, 'parts' | 'pool'> {
  const { amount, fees, producer, verifiers, modelOwner, contributors } = earnings;
  const [operator, verifying, owning, contributing, pool] = splitByLargestRemainder(amount, [
    fees.operator,
    fees.verifiers,
    fees.modelOwner,
    fees.dataContributors,
    fees.artists,
  ]) as [number, number, number, number, number];
  const held = new Map<Account, number>();
  const pay = (account: Account, part: number): void => {
    held.set(account, (held.get(account) ?? 0) + part);
  };
  const give = (member: string, part: number): void => {
    pay(`member:${member}`, part);
  };
  give(producer, operator);
  give(modelOwner, owning);
  const named = [...verifiers].sort();
  splitByLargestRemainder(
    verifying,
    named.map(() => 1),
  ).forEach((part, index) => give(named[index]!, part));
  if (contributors) {
    const sources = [...contributors].sort((a, b) => (a.member < b.member ? -1 : 1));
    splitByLargestRemainder(
      contributing,
      sources.map((source) => source.tokens),
    ).forEach((part, index) => give(sources[index]!.member, part));
  } else pay(CONSORTIUM_ACCOUNT, contributing + pool);
  const parts = [...held]
    .filter(([, part]) => part > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, part]) => ({ account, amount: part }));
  return { parts, pool: contributors ? pool : 0 };
}
