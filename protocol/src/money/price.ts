import type { Prices } from '../records/model';

/** Price of one request in micro-credits. */
export function priceOf(prices: Prices, promptTokens: number, completionTokens: number): number {
  return prices.request + prices.promptToken * promptTokens + prices.completionToken * completionTokens;
}
