// Made from the gateway's OpenAPI document; see README.md.

export interface AccountsOperations {
  /** Put payments that wait into the balance, so that they can be spent; the account lists them. */
  'POST /v1/accounts/{account}/compact': {
    request: { params: { account: string }; body: { operationId?: string; deltas: string[] } };
    answer: {
      schema: 'balance/1';
      account: string;
      amount: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Balances of accounts, that of the consortium among them, page by page. */
  'GET /v1/accounts': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'balance/1';
        account: string;
        amount: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Payments to an account that are not compacted yet, page by page. */
  'GET /v1/accounts/{account}/deltas': {
    request: {
      params: { account: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'delta/1';
        account: string;
        delta: string;
        amount: number;
        reason: 'issue' | 'grant' | 'transfer' | 'licence' | 'royalty' | 'fee' | 'escrow' | 'refund';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Up to where an account has claimed, page by page. */
  'GET /v1/accounts/{account}/claims': {
    request: {
      params: { account: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'claim-cursor/1';
        payee: string;
        producer: string;
        model: string;
        version: number;
        next: number;
        claimed: number;
        paid?: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** What an account has to spend, and what waits to be compacted. */
  'GET /v1/accounts/{account}': {
    request: {
      params: { account: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: { account: string; balance: number; waiting: number; deltas: string[]; more: boolean };
  };
}
