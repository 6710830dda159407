// Made from the gateway's OpenAPI document; see README.md.

export interface CatalogueOperations {
  /** What this member can have: licences, works and shares for sale, datasets, models, and those that are served; each with price, terms and how to get it. */
  'GET /v1/catalogue': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        kind?: 'dataset' | 'licence' | 'model' | 'sale' | 'service';
        text?: string;
        use?: 'training' | 'generative_training' | 'inference' | 'mining';
        member?: string;
        maxPrice?: number;
        medium?: 'text' | 'image' | 'audio' | 'video' | 'other';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: (
        | {
            kind: 'licence';
            id: string;
            title: string;
            member: string;
            person?: string;
            price: number;
            media: ('text' | 'image' | 'audio' | 'video' | 'other')[];
            works: number;
            obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
            titles: { id: string; title: string }[];
            licensee: string;
            uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
            from: number;
            until: number | null;
            weight: number;
            territory?: string[];
            exclusive?: boolean;
            irrevocable?: boolean;
            terms?: string;
          }
        | {
            kind: 'sale';
            id: string;
            title: string;
            member: string;
            person?: string;
            price: number;
            media: ('text' | 'image' | 'audio' | 'video' | 'other')[];
            works: number;
            obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
            titles: { id: string; title: string }[];
            seller: string;
            share: number;
            ownership: boolean;
            until: number | null;
          }
        | {
            kind: 'dataset';
            id: string;
            title: string;
            member: string;
            person?: string;
            price: number;
            media: ('text' | 'image' | 'audio' | 'video' | 'other')[];
            works: number;
            obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
            dataset: string;
            version: number;
            items: number;
            tokens: number;
            bytes: number;
            root: string;
          }
        | {
            kind: 'model';
            id: string;
            title: string;
            member: string;
            person?: string;
            price: number;
            media: ('text' | 'image' | 'audio' | 'video' | 'other')[];
            works: number;
            obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
            model: string;
            version: number;
            prices: { request: number; promptToken: number; completionToken: number };
            contextTokens: number;
            class: 'consortium' | 'external';
            external?: {
              source: string;
              upstream: string;
              licence: string;
              trainingData: string;
              conversion?: { importer: string; weights: string };
            };
            stands: boolean;
            servedBy: string[];
          }
        | {
            kind: 'service';
            id: string;
            title: string;
            member: string;
            person?: string;
            price: number;
            media: ('text' | 'image' | 'audio' | 'video' | 'other')[];
            works: number;
            obtain: { method: 'GET' | 'POST'; path: string; roles: string[] };
            model: string;
            version: number;
            prices: { request: number; promptToken: number; completionToken: number };
            contextTokens: number;
            class: 'consortium' | 'external';
            external?: {
              source: string;
              upstream: string;
              licence: string;
              trainingData: string;
              conversion?: { importer: string; weights: string };
            };
            stands: boolean;
            servedBy: string[];
          }
      )[];
      after?: string;
      asOf: { block: number; time: number };
      complete: boolean;
    };
  };
}
