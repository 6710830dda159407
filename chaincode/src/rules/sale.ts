import {
  accountOwner,
  LlmchainError,
  type Account,
  type Sale,
  type SaleEntry,
  type Share,
  type Work,
} from '@llmchain/protocol';
import { demandClear, handedOver } from './work';

/** Accounts that may hold shares of one work. */
const HOLDERS = 50;

/**
 * That the seller has what is for sale, and nothing is in doubt about the work.
 * @throws {LlmchainError} `invalid_argument` when nothing is for sale | `wrong_state`
 */
export function demandSaleable(
  work: Work,
  { share, ownership, seller }: Pick<SaleEntry, 'share' | 'ownership' | 'seller'>,
): void {
  if (share === 0 && !ownership)
    throw new LlmchainError('invalid_argument', 'Nothing is for sale: sell a share, the ownership, or both.', {
      issues: [{ pointer: '/share', message: 'must be more than 0 unless the ownership is sold' }],
    });
  demandClear(work);
  const held = heldBy(work.shares, seller);
  if (held >= share) return;
  throw new LlmchainError('wrong_state', `${seller} holds ${held} basis points of the work, not ${share}.`, {
    work: work.sha256,
    held,
  });
}

/**
 * That an account may take up an offer now.
 * @throws {LlmchainError} `wrong_state` | `not_authorised` | `invalid_argument` when seller and buyer are one
 */
export function demandBuyable(sale: Sale, buyer: Account, now: number): void {
  if (sale.state !== 'open')
    throw new LlmchainError('wrong_state', `Sale ${sale.sale} is ${sale.state}.`, { state: sale.state });
  if (sale.until !== null && sale.until <= now)
    throw new LlmchainError('wrong_state', 'The time of this offer is over. Ask for a new one.', { until: sale.until });
  if (sale.buyer !== undefined && sale.buyer !== buyer)
    throw new LlmchainError('not_authorised', `This is for sale to ${sale.buyer} alone.`, { buyer: sale.buyer });
  if (sale.seller === buyer)
    throw new LlmchainError('invalid_argument', 'The seller cannot buy its own offer. Withdraw it instead.', {
      seller: sale.seller,
    });
}

/** The work after the sale. @throws {LlmchainError} `wrong_state` | `too_large` */
export function delivered(work: Work, sale: Sale, buyer: Account): Work {
  demandSaleable(work, sale);
  const next = { ...work, shares: moved(work.shares, sale.seller, buyer, sale.share) };
  return sale.ownership ? handedOver(next, accountOwner(buyer)) : next;
}

/** @throws {LlmchainError} `too_large` when more accounts would hold shares than a work may have */
function moved(shares: readonly Share[], from: Account, to: Account, share: number): Share[] {
  const held = new Map(shares.map((each) => [each.holder, each.share]));
  held.set(from, heldBy(shares, from) - share);
  held.set(to, (held.get(to) ?? 0) + share);
  const after = [...held].filter(([, part]) => part > 0).map(([holder, part]) => ({ holder, share: part }));
  if (after.length <= HOLDERS) return after;
  throw new LlmchainError('too_large', `At most ${HOLDERS} accounts hold shares of one work. Buy from one of them.`, {
    holders: after.length,
  });
}

function heldBy(shares: readonly Share[], holder: Account): number {
  return shares.find((each) => each.holder === holder)?.share ?? 0;
}
