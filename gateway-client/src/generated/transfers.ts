// Made from the gateway's OpenAPI document; see README.md.

export interface TransfersOperations {
  /** Pay from an own account to another. */
  'POST /v1/transfers': {
    request: { body: { operationId?: string; from: string; to: string; amount: number } };
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
}
