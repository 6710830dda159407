// Made from the gateway's OpenAPI document; see README.md.

export interface NoticesOperations {
  /** Works of the caller’s that say they were made from works which were erased: what becomes of them is theirs to decide. */
  'GET /v1/notices': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      data: {
        work: {
          sha256: string;
          title: string;
          creators: { person: string; share: number }[];
          medium: 'text' | 'image' | 'audio' | 'video' | 'other';
          bytes: number;
          preference: {
            training?: 'allowed' | 'not_allowed' | 'constrained';
            generative_training?: 'allowed' | 'not_allowed' | 'constrained';
            inference?: 'allowed' | 'not_allowed' | 'constrained';
            mining?: 'allowed' | 'not_allowed' | 'constrained';
          };
          created?: string;
          jurisdiction?: string;
          derivedFrom?: string;
          versionOf?: string;
          fingerprint?:
            { method: 'phash-64'; bits: string; windows?: string[] } | { method: 'minhash-128'; signature: string };
          c2pa?: string;
          signals?: {
            source: 'iptc' | 'tdmrep' | 'aipref' | 'c2pa';
            digest: string;
            preference: {
              training?: 'allowed' | 'not_allowed' | 'constrained';
              generative_training?: 'allowed' | 'not_allowed' | 'constrained';
              inference?: 'allowed' | 'not_allowed' | 'constrained';
              mining?: 'allowed' | 'not_allowed' | 'constrained';
            };
          }[];
          resembles?: string[];
          schema: 'work/1';
          state: 'registered' | 'withdrawn';
          shares: { holder: string; share: number }[];
          disputes: string[];
          formerOwners: { member: string; person?: string }[];
          licences: string[];
          owner: { member: string; person?: string };
          createdTx: string;
          updatedTx: string;
        };
        erasure: {
          schema: 'erasure/1';
          work: string;
          requested: number;
          owner: { member: string; person?: string };
          createdTx: string;
          updatedTx: string;
        };
      }[];
    };
  };
}
