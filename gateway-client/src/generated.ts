// Made from the gateway's OpenAPI document; see README.md.

/** Every operation by its method and path: what it takes and what it gives. */
export interface Operations {
  /** Whether the process runs. */
  'GET /healthz': {
    request: Record<string, never>;
    answer: { status: 'ok' };
  };
  /** Whether database, object store and ledger answer; 503 while one of them does not. */
  'GET /readyz': {
    request: Record<string, never>;
    answer: { ready: boolean; parts: { database: string; objectStore: string; ledger: string } };
  };
  /** Make an API key and an identity for its holder; with credits, a prepaid session too. */
  'POST /v1/keys': {
    request: {
      body: {
        role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
        name: string;
        credits?: number;
      };
    };
    answer: { id: string; key: string; session?: string };
  };
  /** The member’s API keys, without their secrets, page by page. */
  'GET /v1/keys': {
    request: {
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        id: string;
        role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
        name: string;
        session?: string;
        created: number;
      }[];
      after?: string;
    };
  };
  /** Take a key back and revoke its certificate; its session stays until it is closed. */
  'DELETE /v1/keys/{id}': {
    request: { params: { id: string } };
    answer: {
      id: string;
      role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'admin';
      name: string;
      session?: string;
      created: number;
    };
  };
  /** Register works: their content goes into the member’s bucket, their records onto the ledger. */
  'POST /v1/artworks': {
    request: {
      body: {
        operationId?: string;
        works: {
          title: string;
          creators: { person: string; share: number }[];
          medium: 'text' | 'image' | 'audio' | 'video' | 'other';
          preference: {
            training?: 'allowed' | 'not_allowed' | 'constrained';
            generative_training?: 'allowed' | 'not_allowed' | 'constrained';
            inference?: 'allowed' | 'not_allowed' | 'constrained';
            mining?: 'allowed' | 'not_allowed' | 'constrained';
          };
          created?: string;
          jurisdiction?: string;
          derivedFrom?: string;
          content: { text: string } | { base64: string };
        }[];
      };
    };
    answer: { works: { id: string; title: string }[]; transaction: string; block: number };
  };
  /** Works, page by page. */
  'GET /v1/artworks': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
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
        schema: 'work/1';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Say what may be done with a work. */
  'PUT /v1/artworks/{id}/preference': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        preference: {
          training?: 'allowed' | 'not_allowed' | 'constrained';
          generative_training?: 'allowed' | 'not_allowed' | 'constrained';
          inference?: 'allowed' | 'not_allowed' | 'constrained';
          mining?: 'allowed' | 'not_allowed' | 'constrained';
        };
      };
    };
    answer: {
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
      schema: 'work/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Offer a licence for works. */
  'POST /v1/licences': {
    request: {
      body: {
        licence: string;
        works: string[];
        licensee: string;
        uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
        from: number;
        until: number | null;
        price: number;
        weight: number;
        operationId?: string;
      };
    };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Licences, page by page. */
  'GET /v1/licences': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'offered' | 'active' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        licence: string;
        works: string[];
        licensee: string;
        uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
        from: number;
        until: number | null;
        price: number;
        weight: number;
        schema: 'licence/1';
        owner: { member: string; person?: string };
        state: 'offered' | 'active' | 'revoked';
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Accept and pay an offered licence on behalf of the member. */
  'POST /v1/licences/{id}/accept': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Take a licence back. */
  'POST /v1/licences/{id}/revoke': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Open a dataset. */
  'POST /v1/datasets': {
    request: { body: { operationId?: string; dataset: string; title: string; purpose: string } };
    answer: {
      schema: 'dataset/1';
      dataset: string;
      title: string;
      purpose: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Datasets, page by page. */
  'GET /v1/datasets': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'dataset/1';
        dataset: string;
        title: string;
        purpose: string;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Seal a version of works that may be trained on; refused with every offender while one of them may not. */
  'POST /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        version: number;
        items: { licence?: string; spdx: string; work: string; tokens?: number }[];
      };
    };
    answer: {
      schema: 'dataset-version/1';
      dataset: string;
      version: number;
      root: string;
      pages: number;
      items: number;
      tokens: number;
      bytes: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** The sealed versions of a dataset, page by page. */
  'GET /v1/datasets/{id}/versions': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'dataset-version/1';
        dataset: string;
        version: number;
        root: string;
        pages: number;
        items: number;
        tokens: number;
        bytes: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Ask which items may not be used, and why; changes nothing. */
  'POST /v1/datasets/consent': {
    request: {
      body: {
        items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
      };
    };
    answer: { offenders: { item: string; reason: string }[] };
  };
  /** A sealed version’s items, by pages of 1,024 from 0. */
  'GET /v1/datasets/{id}/versions/{version}/items': {
    request: {
      params: { id: string; version: number };
      query?: { page?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      page: number;
      pages: number;
      root: string;
      items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
    };
  };
  /** Content by its digest: from the member’s bucket, or from the owning member where the ledger allows it. */
  'GET /v1/content/{sha256}': {
    request: {
      params: { sha256: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: undefined;
  };
  /** Put content into the member’s bucket, where its digest says; at most 1 GiB. */
  'PUT /v1/content': {
    request: { body: Uint8Array };
    answer: { address: string; bytes: number };
  };
  /** Say what is going to be trained, before it is. */
  'POST /v1/training/jobs': {
    request: {
      body: {
        job: string;
        purpose: string;
        datasets: { dataset: string; version: number }[];
        architecture: Record<string, string | number | boolean>;
        graph: string;
        tokenizer: string;
        initialParameters: string;
        seed: number;
        steps: number;
        operationId?: string;
      };
    };
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Training jobs, page by page. */
  'GET /v1/training/jobs': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'completed';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        job: string;
        purpose: string;
        datasets: { dataset: string; version: number }[];
        architecture: Record<string, string | number | boolean>;
        graph: string;
        tokenizer: string;
        initialParameters: string;
        seed: number;
        steps: number;
        schema: 'training-job/1';
        state: 'open' | 'completed';
        result?: {
          parameters: string;
          steps: number;
          tokens: number;
          initialLoss: number;
          finalLoss: number;
          heldOutLoss: number;
        };
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Say what came of a training job. */
  'POST /v1/training/jobs/{id}/complete': {
    request: {
      params: { id: string };
      body: {
        operationId?: string;
        result: {
          parameters: string;
          steps: number;
          tokens: number;
          initialLoss: number;
          finalLoss: number;
          heldOutLoss: number;
        };
      };
    };
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Register a model version whose files are in the member’s bucket; the royalty table is worked out here. */
  'POST /v1/models': {
    request: {
      body: {
        model: string;
        version: number;
        title: string;
        job: string;
        datasets: { dataset: string; version: number }[];
        modelParamsAddress: string;
        manifest: string;
        files: { path: string; sha256: string; bytes: number }[];
        format: 'onnx';
        precision: 'fp32';
        contextTokens: number;
        prices: { request: number; promptToken: number; completionToken: number };
        verification: { marginMicro: number; sampleRate: number };
        operationId?: string;
      };
    };
    answer: {
      model: string;
      version: number;
      title: string;
      job: string;
      datasets: { dataset: string; version: number }[];
      modelParamsAddress: string;
      manifest: string;
      files: { path: string; sha256: string; bytes: number }[];
      format: 'onnx';
      precision: 'fp32';
      contextTokens: number;
      prices: { request: number; promptToken: number; completionToken: number };
      verification: { marginMicro: number; sampleRate: number };
      royalty: { root: string; address: string; total: number; entries: number };
      schema: 'model-version/1';
      class: 'consortium';
      state: 'candidate' | 'approved' | 'retired' | 'revoked';
      approvals: string[];
      fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Every model version, in the shape of OpenAI’s list. */
  'GET /v1/models': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      object: 'list';
      data: {
        id: string;
        object: 'model';
        created?: number;
        owned_by: string;
        llmchain: {
          model: string;
          version: number;
          title: string;
          job: string;
          datasets: { dataset: string; version: number }[];
          modelParamsAddress: string;
          manifest: string;
          files: { path: string; sha256: string; bytes: number }[];
          format: 'onnx';
          precision: 'fp32';
          contextTokens: number;
          prices: { request: number; promptToken: number; completionToken: number };
          verification: { marginMicro: number; sampleRate: number };
          royalty: { root: string; address: string; total: number; entries: number };
          schema: 'model-version/1';
          class: 'consortium';
          state: 'candidate' | 'approved' | 'retired' | 'revoked';
          approvals: string[];
          fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
          owner: { member: string; person?: string };
          createdTx: string;
          updatedTx: string;
        };
      }[];
    };
  };
  /** Approve a model version in the name of the member. */
  'POST /v1/models/{id}/versions/{version}/approve': {
    request: { params: { id: string; version: number }; body?: { operationId?: string } };
    answer: {
      model: string;
      version: number;
      title: string;
      job: string;
      datasets: { dataset: string; version: number }[];
      modelParamsAddress: string;
      manifest: string;
      files: { path: string; sha256: string; bytes: number }[];
      format: 'onnx';
      precision: 'fp32';
      contextTokens: number;
      prices: { request: number; promptToken: number; completionToken: number };
      verification: { marginMicro: number; sampleRate: number };
      royalty: { root: string; address: string; total: number; entries: number };
      schema: 'model-version/1';
      class: 'consortium';
      state: 'candidate' | 'approved' | 'retired' | 'revoked';
      approvals: string[];
      fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Answer a chat, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/chat/completions': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        temperature?: number | null;
        stream?: boolean | null;
        stream_options?: { include_usage?: boolean } | null;
        messages: { role: 'system' | 'user' | 'assistant'; content: string | { type: 'text'; text: string }[] }[];
        max_tokens?: number | null;
        max_completion_tokens?: number | null;
      };
    };
    answer: {
      id: string;
      object: 'chat.completion';
      created: number;
      model: string;
      choices: {
        index: number;
        message: { role: 'assistant'; content: string; refusal: null };
        logprobs: null;
        finish_reason: 'stop' | 'length';
      }[];
      usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
      llmchain: {
        receipt: {
          body: {
            schema: 'receipt/1';
            ticket: {
              body: {
                schema: 'ticket/1';
                requestId: string;
                gateway: string;
                session: string;
                model: string;
                version: number;
                input: string;
                sampler: { temperatureMilli: number };
                maxTokens: number;
                maxAmount: number;
                issued: number;
                expires: number;
                nonce: string;
                callerNonce?: string;
              };
              signer: string;
              signature: string;
            };
            worker: string;
            producer: string;
            tokenizer: string;
            template: string;
            output: string;
            promptTokens: number;
            completionTokens: number;
            stop: 'stop' | 'length' | 'cancelled';
            execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
            amount: number;
            started: number;
            ended: number;
          };
          signer: string;
          signature: string;
        };
      };
    };
  };
  /** Continue a text, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt. */
  'POST /v1/completions': {
    request: {
      headers?: { 'x-llmchain-nonce'?: string };
      body: {
        model: string;
        temperature?: number | null;
        stream?: boolean | null;
        stream_options?: { include_usage?: boolean } | null;
        prompt: string;
        max_tokens?: number | null;
      };
    };
    answer: {
      id: string;
      object: 'text_completion';
      created: number;
      model: string;
      choices: { index: number; text: string; logprobs: null; finish_reason: 'stop' | 'length' }[];
      usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
      llmchain: {
        receipt: {
          body: {
            schema: 'receipt/1';
            ticket: {
              body: {
                schema: 'ticket/1';
                requestId: string;
                gateway: string;
                session: string;
                model: string;
                version: number;
                input: string;
                sampler: { temperatureMilli: number };
                maxTokens: number;
                maxAmount: number;
                issued: number;
                expires: number;
                nonce: string;
                callerNonce?: string;
              };
              signer: string;
              signature: string;
            };
            worker: string;
            producer: string;
            tokenizer: string;
            template: string;
            output: string;
            promptTokens: number;
            completionTokens: number;
            stop: 'stop' | 'length' | 'cancelled';
            execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
            amount: number;
            started: number;
            ended: number;
          };
          signer: string;
          signature: string;
        };
      };
    };
  };
  /** What became of an answer: signed, anchored, accepted, and by whom it was verified. */
  'GET /v1/receipts/{id}': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      id: string;
      state: 'signed' | 'anchored' | 'accepted' | 'rejected' | 'expired' | 'refunded';
      producer: string;
      worker: string;
      model: string;
      version: number;
      receipt: {
        body: {
          schema: 'receipt/1';
          ticket: {
            body: {
              schema: 'ticket/1';
              requestId: string;
              gateway: string;
              session: string;
              model: string;
              version: number;
              input: string;
              sampler: { temperatureMilli: number };
              maxTokens: number;
              maxAmount: number;
              issued: number;
              expires: number;
              nonce: string;
              callerNonce?: string;
            };
            signer: string;
            signature: string;
          };
          worker: string;
          producer: string;
          tokenizer: string;
          template: string;
          output: string;
          promptTokens: number;
          completionTokens: number;
          stop: 'stop' | 'length' | 'cancelled';
          execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
          amount: number;
          started: number;
          ended: number;
        };
        signer: string;
        signature: string;
      };
      batch: string | null;
      proof: { inclusion: { index: number; count: number; path: string[] }; root: string } | null;
      endorsers: string[];
      refusals: { member: string; code: string; reason?: string; receipt?: string }[];
      findings: {
        member: string;
        reason:
          | 'receipts_unavailable'
          | 'root_mismatch'
          | 'totals_mismatch'
          | 'signature_invalid'
          | 'ticket_invalid'
          | 'price_mismatch'
          | 'replayed'
          | 'opening_unavailable'
          | 'commitment_mismatch'
          | 'tokens_mismatch'
          | 'output_mismatch'
          | 'execution_mismatch';
        receipt?: string;
      }[];
    };
  };
  /** Lineage of a thing: what it comes from (up), or what came of it (down). */
  'GET /v1/trace/{id}': {
    request: {
      params: { id: string };
      query?: { direction?: 'up' | 'down'; asOf?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      root: string;
      direction: 'up' | 'down';
      nodes: { id: string; type: string; label: string; data: Record<string, unknown> }[];
      edges: { from: string; to: string; kind: string }[];
      gaps: string[];
      asOf: { block: number; time: number };
      complete: boolean;
    };
  };
  /** How many blocks this member has indexed, and the last of them. */
  'GET /v1/ledger/height': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { block: number; time: number; height: number };
  };
  /** Evidence that proves one of the artworks offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/artworks/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** Evidence that proves one of the licences offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/licences/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** Evidence that proves one of the datasets offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/datasets/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** Evidence that proves one of the models offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/models/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** Evidence that proves one of the receipts offline, see "llmchain verify"; keep it byte for byte. */
  'GET /v1/receipts/{id}/evidence': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: {
      schema: 'evidence/1';
      subject:
        | { kind: 'record'; type: string; parts: string[] }
        | {
            kind: 'receipt';
            receipt: {
              body: {
                schema: 'receipt/1';
                ticket: {
                  body: {
                    schema: 'ticket/1';
                    requestId: string;
                    gateway: string;
                    session: string;
                    model: string;
                    version: number;
                    input: string;
                    sampler: { temperatureMilli: number };
                    maxTokens: number;
                    maxAmount: number;
                    issued: number;
                    expires: number;
                    nonce: string;
                    callerNonce?: string;
                  };
                  signer: string;
                  signature: string;
                };
                worker: string;
                producer: string;
                tokenizer: string;
                template: string;
                output: string;
                promptTokens: number;
                completionTokens: number;
                stop: 'stop' | 'length' | 'cancelled';
                execution: { provider: 'cpu' | 'cuda' | 'webgpu'; precision: 'fp32'; runtime: string; mode: 'exact' };
                amount: number;
                started: number;
                ended: number;
              };
              signer: string;
              signature: string;
            };
            inclusion: { index: number; count: number; path: string[] };
            gateway: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
            worker: {
              channelHeader: string;
              signatureHeader: string;
              proposal: string;
              response: string;
              endorsements: { endorser: string; signature: string }[];
            };
          };
      configurations: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      }[];
      block: {
        number: number;
        previousHash: string;
        dataHash: string;
        data: string[];
        metadata: string;
        signatures: { header: string; signature: string }[];
      };
      read: {
        channelHeader: string;
        signatureHeader: string;
        proposal: string;
        response: string;
        endorsements: { endorser: string; signature: string }[];
      };
    };
  };
  /** Put a motion to the vote of the members. */
  'POST /v1/proposals': {
    request: {
      body: {
        operationId?: string;
        proposal: string;
        motion:
          | {
              kind: 'found';
              charter: {
                fees: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded: number;
                batchTimeoutMs?: number;
                members: {
                  member: string;
                  name: string;
                  roles?: (
                    'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin'
                  )[];
                }[];
              };
            }
          | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
          | {
              kind: 'join';
              member: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              };
            }
          | { kind: 'leave'; member: string; reason: string }
          | {
              kind: 'policy';
              terms: {
                fees?: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded?: number;
                batchTimeoutMs?: number;
              };
            }
          | {
              kind: 'grantRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | {
              kind: 'revokeRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
          | { kind: 'retire'; model: string; version: number; reason: string }
          | { kind: 'revoke'; model: string; version: number; reason: string }
          | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
      };
    };
    answer: {
      schema: 'proposal/1';
      proposal: string;
      motion:
        | {
            kind: 'found';
            charter: {
              fees: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded: number;
              batchTimeoutMs?: number;
              members: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              }[];
            };
          }
        | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
        | {
            kind: 'join';
            member: {
              member: string;
              name: string;
              roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
            };
          }
        | { kind: 'leave'; member: string; reason: string }
        | {
            kind: 'policy';
            terms: {
              fees?: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded?: number;
              batchTimeoutMs?: number;
            };
          }
        | {
            kind: 'grantRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | {
            kind: 'revokeRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
        | { kind: 'retire'; model: string; version: number; reason: string }
        | { kind: 'revoke'; model: string; version: number; reason: string }
        | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
      electorate: string[];
      votes: { member: string; approve: boolean }[];
      state: 'open' | 'enacted' | 'refused';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Proposals and their votes, page by page. */
  'GET /v1/proposals': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'enacted' | 'refused';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'proposal/1';
        proposal: string;
        motion:
          | {
              kind: 'found';
              charter: {
                fees: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded: number;
                batchTimeoutMs?: number;
                members: {
                  member: string;
                  name: string;
                  roles?: (
                    'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin'
                  )[];
                }[];
              };
            }
          | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
          | {
              kind: 'join';
              member: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              };
            }
          | { kind: 'leave'; member: string; reason: string }
          | {
              kind: 'policy';
              terms: {
                fees?: {
                  operator: number;
                  verifiers: number;
                  modelOwner: number;
                  dataContributors: number;
                  artists: number;
                };
                verifiersNeeded?: number;
                batchTimeoutMs?: number;
              };
            }
          | {
              kind: 'grantRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | {
              kind: 'revokeRole';
              member: string;
              role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
            }
          | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
          | { kind: 'retire'; model: string; version: number; reason: string }
          | { kind: 'revoke'; model: string; version: number; reason: string }
          | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
        electorate: string[];
        votes: { member: string; approve: boolean }[];
        state: 'open' | 'enacted' | 'refused';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Vote in the name of the member. */
  'POST /v1/proposals/{id}/votes': {
    request: { params: { id: string }; body: { operationId?: string; approve: boolean } };
    answer: {
      schema: 'proposal/1';
      proposal: string;
      motion:
        | {
            kind: 'found';
            charter: {
              fees: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded: number;
              batchTimeoutMs?: number;
              members: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              }[];
            };
          }
        | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
        | {
            kind: 'join';
            member: {
              member: string;
              name: string;
              roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
            };
          }
        | { kind: 'leave'; member: string; reason: string }
        | {
            kind: 'policy';
            terms: {
              fees?: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded?: number;
              batchTimeoutMs?: number;
            };
          }
        | {
            kind: 'grantRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | {
            kind: 'revokeRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
        | { kind: 'retire'; model: string; version: number; reason: string }
        | { kind: 'revoke'; model: string; version: number; reason: string }
        | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
      electorate: string[];
      votes: { member: string; approve: boolean }[];
      state: 'open' | 'enacted' | 'refused';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Open a prepaid session for a key, paid by the member’s treasury. */
  'POST /v1/sessions': {
    request: { body: { operationId?: string; key: string; amount: number } };
    answer: {
      schema: 'session/1';
      session: string;
      caller: string;
      escrow: number;
      reserved: number;
      state: 'open' | 'closed';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Prepaid sessions, as the ledger has them, page by page. */
  'GET /v1/sessions': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'open' | 'closed';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'session/1';
        session: string;
        caller: string;
        escrow: number;
        reserved: number;
        state: 'open' | 'closed';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Put more credits into a session. */
  'POST /v1/sessions/{id}/top-up': {
    request: { params: { id: string }; body: { operationId?: string; amount: number } };
    answer: {
      schema: 'session/1';
      session: string;
      caller: string;
      escrow: number;
      reserved: number;
      state: 'open' | 'closed';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Close a session once its answers are anchored; what is left goes back to the treasury. */
  'POST /v1/sessions/{id}/close': {
    request: { params: { id: string }; body?: { operationId?: string; abandon?: boolean } };
    answer: {
      schema: 'session/1';
      session: string;
      caller: string;
      escrow: number;
      reserved: number;
      state: 'open' | 'closed';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Take back what rejected or expired batches had drawn; the gateway does so by itself. */
  'POST /v1/sessions/{id}/reclaim': {
    request: {
      params: { id: string };
      body: { operationId?: string; batches: { producer: string; sequence: number }[] };
    };
    answer: {
      schema: 'session/1';
      session: string;
      caller: string;
      escrow: number;
      reserved: number;
      state: 'open' | 'closed';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** What a session of this member has left, to the answer; callers see their own. */
  'GET /v1/sessions/{id}/balance': {
    request: { params: { id: string }; query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number } };
    answer: { session: string; escrow: number; spent: number; reserved: number; available: number; closed: boolean };
  };
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
  /** Set money aside for another account, until it is released or given back. */
  'POST /v1/escrows': {
    request: {
      body: { operationId?: string; escrow: string; payer: string; payee: string; amount: number; purpose: string };
    };
    answer: {
      schema: 'escrow/1';
      escrow: string;
      payer: string;
      payee: string;
      amount: number;
      purpose: string;
      state: 'held' | 'released' | 'refunded';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Money held between two accounts, page by page. */
  'GET /v1/escrows': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'held' | 'released' | 'refunded';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'escrow/1';
        escrow: string;
        payer: string;
        payee: string;
        amount: number;
        purpose: string;
        state: 'held' | 'released' | 'refunded';
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** As the payer: let the payee have the money. */
  'POST /v1/escrows/{id}/release': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      schema: 'escrow/1';
      escrow: string;
      payer: string;
      payee: string;
      amount: number;
      purpose: string;
      state: 'held' | 'released' | 'refunded';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** As the payee: give the money back. */
  'POST /v1/escrows/{id}/refund': {
    request: { params: { id: string }; body?: { operationId?: string } };
    answer: {
      schema: 'escrow/1';
      escrow: string;
      payer: string;
      payee: string;
      amount: number;
      purpose: string;
      state: 'held' | 'released' | 'refunded';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Collect everything that a model version has earned for the holder’s account; repeating it pays nothing twice. */
  'POST /v1/claims': {
    request: { body: { payee?: string; model: string; version: number; producer?: string } };
    answer: {
      payee: string;
      claims: { producer: string; upTo: number; amount: number; transaction: string; block: number }[];
      amount: number;
    };
  };
  /** End a batch that the members did not verify in time; its sessions get their credits back. */
  'POST /v1/batches/{producer}/{sequence}/expire': {
    request: { params: { producer: string; sequence: number } };
    answer: {
      sequence: number;
      model: string;
      version: number;
      root: string;
      count: number;
      promptTokens: number;
      completionTokens: number;
      amount: number;
      receipts: string;
      sessions: { session: string; amount: number }[];
      schema: 'batch/1';
      batch: string;
      producer: string;
      electorate: string[];
      needed: number;
      state: 'anchored' | 'accepted' | 'rejected' | 'expired';
      verifiers: string[];
      findings?: {
        member: string;
        reason:
          | 'receipts_unavailable'
          | 'root_mismatch'
          | 'totals_mismatch'
          | 'signature_invalid'
          | 'ticket_invalid'
          | 'price_mismatch'
          | 'replayed'
          | 'opening_unavailable'
          | 'commitment_mismatch'
          | 'tokens_mismatch'
          | 'output_mismatch'
          | 'execution_mismatch';
        receipt?: string;
      }[];
      anchored: number;
      deadline?: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Register the Ed25519 key of a worker or a gateway of this member. */
  'POST /v1/signers': {
    request: { body: { operationId?: string; signer: string; kind: 'gateway' | 'worker'; publicKey: string } };
    answer: {
      schema: 'signer/1';
      signer: string;
      kind: 'gateway' | 'worker';
      publicKey: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
      transaction: string;
      block: number;
    };
  };
  /** Keys that sign tickets or receipts, page by page. */
  'GET /v1/signers': {
    request: {
      query?: { limit?: number; after?: string; owner?: string; person?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'signer/1';
        signer: string;
        kind: 'gateway' | 'worker';
        publicKey: string;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** The members and their terms. */
  'GET /v1/consortium': {
    request: { query?: { minBlock?: number }; headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string } };
    answer: {
      fees: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
      verifiersNeeded: number;
      batchTimeoutMs?: number;
      members: {
        member: string;
        name: string;
        roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
      }[];
      schema: 'consortium/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One work. */
  'GET /v1/artworks/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
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
      schema: 'work/1';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One licence. */
  'GET /v1/licences/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      licence: string;
      works: string[];
      licensee: string;
      uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
      from: number;
      until: number | null;
      price: number;
      weight: number;
      schema: 'licence/1';
      owner: { member: string; person?: string };
      state: 'offered' | 'active' | 'revoked';
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One dataset. */
  'GET /v1/datasets/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'dataset/1';
      dataset: string;
      title: string;
      purpose: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One sealed version. */
  'GET /v1/datasets/{id}/versions/{version}': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'dataset-version/1';
      dataset: string;
      version: number;
      root: string;
      pages: number;
      items: number;
      tokens: number;
      bytes: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One training job. */
  'GET /v1/training/jobs/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      job: string;
      purpose: string;
      datasets: { dataset: string; version: number }[];
      architecture: Record<string, string | number | boolean>;
      graph: string;
      tokenizer: string;
      initialParameters: string;
      seed: number;
      steps: number;
      schema: 'training-job/1';
      state: 'open' | 'completed';
      result?: {
        parameters: string;
        steps: number;
        tokens: number;
        initialLoss: number;
        finalLoss: number;
        heldOutLoss: number;
      };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One model version. */
  'GET /v1/models/{id}/versions/{version}': {
    request: {
      params: { id: string; version: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      model: string;
      version: number;
      title: string;
      job: string;
      datasets: { dataset: string; version: number }[];
      modelParamsAddress: string;
      manifest: string;
      files: { path: string; sha256: string; bytes: number }[];
      format: 'onnx';
      precision: 'fp32';
      contextTokens: number;
      prices: { request: number; promptToken: number; completionToken: number };
      verification: { marginMicro: number; sampleRate: number };
      royalty: { root: string; address: string; total: number; entries: number };
      schema: 'model-version/1';
      class: 'consortium';
      state: 'candidate' | 'approved' | 'retired' | 'revoked';
      approvals: string[];
      fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** Where an alias of a model points. */
  'GET /v1/models/{id}/aliases/{alias}': {
    request: {
      params: { id: string; alias: 'production' | 'canary' };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'alias/1';
      model: string;
      alias: 'production' | 'canary';
      version: number | null;
      weight?: number;
      ordinal: number;
      proposal: string;
      decided: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** A key that signs tickets or receipts. */
  'GET /v1/signers/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'signer/1';
      signer: string;
      kind: 'gateway' | 'worker';
      publicKey: string;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** A prepaid session, as the ledger has it. */
  'GET /v1/sessions/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'session/1';
      session: string;
      caller: string;
      escrow: number;
      reserved: number;
      state: 'open' | 'closed';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One batch of receipts. */
  'GET /v1/batches/{producer}/{sequence}': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      sequence: number;
      model: string;
      version: number;
      root: string;
      count: number;
      promptTokens: number;
      completionTokens: number;
      amount: number;
      receipts: string;
      sessions: { session: string; amount: number }[];
      schema: 'batch/1';
      batch: string;
      producer: string;
      electorate: string[];
      needed: number;
      state: 'anchored' | 'accepted' | 'rejected' | 'expired';
      verifiers: string[];
      findings?: {
        member: string;
        reason:
          | 'receipts_unavailable'
          | 'root_mismatch'
          | 'totals_mismatch'
          | 'signature_invalid'
          | 'ticket_invalid'
          | 'price_mismatch'
          | 'replayed'
          | 'opening_unavailable'
          | 'commitment_mismatch'
          | 'tokens_mismatch'
          | 'output_mismatch'
          | 'execution_mismatch';
        receipt?: string;
      }[];
      anchored: number;
      deadline?: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** What a batch owes to whom. */
  'GET /v1/batches/{producer}/{sequence}/settlement': {
    request: {
      params: { producer: string; sequence: number };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'settlement/1';
      batch: string;
      model: string;
      version: number;
      state: 'pending' | 'released' | 'void';
      parts: { account: string; amount: number }[];
      pool: number;
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** One proposal and its votes. */
  'GET /v1/proposals/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'proposal/1';
      proposal: string;
      motion:
        | {
            kind: 'found';
            charter: {
              fees: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded: number;
              batchTimeoutMs?: number;
              members: {
                member: string;
                name: string;
                roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
              }[];
            };
          }
        | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
        | {
            kind: 'join';
            member: {
              member: string;
              name: string;
              roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
            };
          }
        | { kind: 'leave'; member: string; reason: string }
        | {
            kind: 'policy';
            terms: {
              fees?: {
                operator: number;
                verifiers: number;
                modelOwner: number;
                dataContributors: number;
                artists: number;
              };
              verifiersNeeded?: number;
              batchTimeoutMs?: number;
            };
          }
        | {
            kind: 'grantRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | {
            kind: 'revokeRole';
            member: string;
            role: 'artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin';
          }
        | { kind: 'alias'; model: string; alias: 'production' | 'canary'; version: number | null; weight?: number }
        | { kind: 'retire'; model: string; version: number; reason: string }
        | { kind: 'revoke'; model: string; version: number; reason: string }
        | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
      electorate: string[];
      votes: { member: string; approve: boolean }[];
      state: 'open' | 'enacted' | 'refused';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** Money held between two accounts. */
  'GET /v1/escrows/{id}': {
    request: {
      params: { id: string };
      query?: { minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number; 'if-none-match'?: string };
    };
    answer: {
      schema: 'escrow/1';
      escrow: string;
      payer: string;
      payee: string;
      amount: number;
      purpose: string;
      state: 'held' | 'released' | 'refunded';
      owner: { member: string; person?: string };
      createdTx: string;
      updatedTx: string;
    };
  };
  /** The versions of a model, page by page. */
  'GET /v1/models/{id}/versions': {
    request: {
      params: { id: string };
      query?: {
        limit?: number;
        after?: string;
        state?: 'candidate' | 'approved' | 'retired' | 'revoked';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        model: string;
        version: number;
        title: string;
        job: string;
        datasets: { dataset: string; version: number }[];
        modelParamsAddress: string;
        manifest: string;
        files: { path: string; sha256: string; bytes: number }[];
        format: 'onnx';
        precision: 'fp32';
        contextTokens: number;
        prices: { request: number; promptToken: number; completionToken: number };
        verification: { marginMicro: number; sampleRate: number };
        royalty: { root: string; address: string; total: number; entries: number };
        schema: 'model-version/1';
        class: 'consortium';
        state: 'candidate' | 'approved' | 'retired' | 'revoked';
        approvals: string[];
        fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** The aliases of a model, page by page. */
  'GET /v1/models/{id}/aliases': {
    request: {
      params: { id: string };
      query?: { limit?: number; after?: string; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'alias/1';
        model: string;
        alias: 'production' | 'canary';
        version: number | null;
        weight?: number;
        ordinal: number;
        proposal: string;
        decided: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Batches of receipts, page by page. */
  'GET /v1/batches': {
    request: {
      query?: {
        limit?: number;
        after?: string;
        owner?: string;
        person?: string;
        state?: 'anchored' | 'accepted' | 'rejected' | 'expired';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        sequence: number;
        model: string;
        version: number;
        root: string;
        count: number;
        promptTokens: number;
        completionTokens: number;
        amount: number;
        receipts: string;
        sessions: { session: string; amount: number }[];
        schema: 'batch/1';
        batch: string;
        producer: string;
        electorate: string[];
        needed: number;
        state: 'anchored' | 'accepted' | 'rejected' | 'expired';
        verifiers: string[];
        findings?: {
          member: string;
          reason:
            | 'receipts_unavailable'
            | 'root_mismatch'
            | 'totals_mismatch'
            | 'signature_invalid'
            | 'ticket_invalid'
            | 'price_mismatch'
            | 'replayed'
            | 'opening_unavailable'
            | 'commitment_mismatch'
            | 'tokens_mismatch'
            | 'output_mismatch'
            | 'execution_mismatch';
          receipt?: string;
        }[];
        anchored: number;
        deadline?: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** The batches of one producer, page by page. */
  'GET /v1/batches/{producer}': {
    request: {
      params: { producer: string };
      query?: {
        limit?: number;
        after?: string;
        state?: 'anchored' | 'accepted' | 'rejected' | 'expired';
        minBlock?: number;
      };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        sequence: number;
        model: string;
        version: number;
        root: string;
        count: number;
        promptTokens: number;
        completionTokens: number;
        amount: number;
        receipts: string;
        sessions: { session: string; amount: number }[];
        schema: 'batch/1';
        batch: string;
        producer: string;
        electorate: string[];
        needed: number;
        state: 'anchored' | 'accepted' | 'rejected' | 'expired';
        verifiers: string[];
        findings?: {
          member: string;
          reason:
            | 'receipts_unavailable'
            | 'root_mismatch'
            | 'totals_mismatch'
            | 'signature_invalid'
            | 'ticket_invalid'
            | 'price_mismatch'
            | 'replayed'
            | 'opening_unavailable'
            | 'commitment_mismatch'
            | 'tokens_mismatch'
            | 'output_mismatch'
            | 'execution_mismatch';
          receipt?: string;
        }[];
        anchored: number;
        deadline?: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** What a batch draws from sessions, page by page. */
  'GET /v1/batches/{producer}/{sequence}/debits': {
    request: {
      params: { producer: string; sequence: number };
      query?: { limit?: number; after?: string; state?: 'held' | 'spent' | 'released'; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      data: {
        schema: 'debit/1';
        session: string;
        batch: string;
        amount: number;
        state: 'held' | 'spent' | 'released';
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
        reason: 'issue' | 'transfer' | 'licence' | 'royalty' | 'fee' | 'escrow' | 'refund';
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
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      after?: string;
    };
  };
  /** Every value that an alias has had, newest first; `before` goes on from the last ordinal given. */
  'GET /v1/models/{id}/aliases/{alias}/history': {
    request: {
      params: { id: string; alias: 'production' | 'canary' };
      query?: { limit?: number; before?: number; minBlock?: number };
      headers?: { 'x-llmchain-min-block'?: number };
    };
    answer: {
      current: {
        schema: 'alias/1';
        model: string;
        alias: 'production' | 'canary';
        version: number | null;
        weight?: number;
        ordinal: number;
        proposal: string;
        decided: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      } | null;
      values: {
        schema: 'alias-value/1';
        model: string;
        alias: 'production' | 'canary';
        version: number | null;
        weight?: number;
        ordinal: number;
        proposal: string;
        decided: number;
        owner: { member: string; person?: string };
        createdTx: string;
        updatedTx: string;
      }[];
      before?: number;
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
  /** This document. */
  'GET /openapi.json': {
    request: Record<string, never>;
    answer: Record<string, unknown>;
  };
}
