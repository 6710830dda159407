import { revokedSerials } from '@llmchain/ca-client';

/**
 * The revocation lists that a channel should know of a member. Nothing that was ever taken back counts again: a
 * former list goes only when the latest says all that it says, for an authority whose register was lost or set back
 * says less, and a certificate that has ended could still be used to endorse. A list that cannot be read, of another
 * maker, stays.
 * @param published PEM of the lists that the channel knows
 * @param latest PEM of the list that the authority gives now
 * @returns `undefined` where the latest adds nothing
 */
export function mergedRevocationLists(published: readonly string[], latest: string): string[] | undefined {
  const serials = revokedSerials(latest);
  if (newlyRevoked(published, latest) === 0) return undefined;
  const covered = (list: string): boolean => {
    const former = serialsIfReadable(list);
    return former !== undefined && [...former].every((serial) => serials.has(serial));
  };
  return [...published.filter((list) => !covered(list)), latest];
}

/** How many certificates the latest list takes back that none of the published does. */
export function newlyRevoked(published: readonly string[], latest: string): number {
  const known = new Set(published.flatMap((list) => [...(serialsIfReadable(list) ?? [])]));
  return [...revokedSerials(latest)].filter((serial) => !known.has(serial)).length;
}

function serialsIfReadable(list: string): ReadonlySet<string> | undefined {
  try {
    return revokedSerials(list);
  } catch {
    return undefined;
  }
}
