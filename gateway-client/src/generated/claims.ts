// Made from the gateway's OpenAPI document; see README.md.

export interface ClaimsOperations {
  /** Collect everything that a model version has earned for the holder’s account; repeating it pays nothing twice, and with its operation id collects no more. */
  'POST /v1/claims': {
    request: { body: { operationId?: string; payee?: string; model: string; version: number; producer?: string } };
    answer: {
      payee: string;
      claims: { producer: string; upTo: number; amount: number; transaction: string; block: number }[];
      amount: number;
    };
  };
}
