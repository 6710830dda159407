// Made from the gateway's OpenAPI document; see README.md.

import type { Balance } from './schemas';

export interface TransfersOperations {
  /** Pay from an own account to another. */
  'POST /v1/transfers': {
    request: { body: { operationId?: string; from: string; to: string; amount: number } };
    answer: Balance & { transaction: string; block: number };
  };
}
