// Made from the gateway's OpenAPI document; see README.md.

export interface EvidenceBundle {
  schema: 'evidence/1';
  subject:
    | {
        kind: 'record';
        type: string;
        parts: string[];
        batch?: {
          channelHeader: string;
          signatureHeader: string;
          proposal: string;
          response: string;
          endorsements: { endorser: string; signature: string }[];
        };
      }
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
                producer: string;
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
            continuation?: {
              body: {
                schema: 'continuation/1';
                ticket: string;
                producer: string;
                from: number;
                answered: string;
                maxAmount: number;
                nonce: string;
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
            stop: 'stop' | 'length' | 'cancelled' | 'tainted';
            execution: {
              provider: 'cpu' | 'cuda' | 'webgpu';
              precision: 'fp32' | 'int8';
              runtime: string;
              mode: 'exact' | 'statistical';
            };
            fingerprints?: string[];
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
      }
    | {
        producer: string;
        sequence: number;
        kind: 'fault';
        receipt: string;
        batch: {
          channelHeader: string;
          signatureHeader: string;
          proposal: string;
          response: string;
          endorsements: { endorser: string; signature: string }[];
        };
        gateway?: {
          channelHeader: string;
          signatureHeader: string;
          proposal: string;
          response: string;
          endorsements: { endorser: string; signature: string }[];
        };
        worker?: {
          channelHeader: string;
          signatureHeader: string;
          proposal: string;
          response: string;
          endorsements: { endorser: string; signature: string }[];
        };
      }
    | {
        dataset: string;
        version: number;
        kind: 'dataset';
        items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
        without?: string;
      }
    | {
        dataset: string;
        version: number;
        kind: 'item';
        placed: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        };
      }
    | {
        dataset: string;
        version: number;
        kind: 'absence';
        digest: string;
        before: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        } | null;
        after: {
          item: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number };
          inclusion: { index: number; count: number; path: string[] };
        } | null;
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
}

export interface Work {
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
  fingerprint?: { method: 'phash-64'; bits: string; windows?: string[] } | { method: 'minhash-128'; signature: string };
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
}

export interface Erasure {
  schema: 'erasure/1';
  work: string;
  requested: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Resemblance {
  schema: 'resemblance/1';
  first: string;
  second: string;
  method: 'phash-64' | 'minhash-128';
  differing: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Licence {
  licence: string;
  works: string[];
  licensee: string;
  uses: ('training' | 'generative_training' | 'inference' | 'mining')[];
  from: number;
  until: number | null;
  price: number;
  weight: number;
  territory?: string[];
  exclusive?: boolean;
  irrevocable?: boolean;
  terms?: string;
  schema: 'licence/1';
  owner: { member: string; person?: string };
  state: 'offered' | 'active' | 'expired' | 'revoked';
  acceptedBy?: string;
  createdTx: string;
  updatedTx: string;
}

export interface Sale {
  sale: string;
  work: string;
  seller: string;
  share: number;
  ownership: boolean;
  price: number;
  buyer?: string;
  until: number | null;
  schema: 'sale/1';
  state: 'open' | 'sold' | 'withdrawn';
  soldTo?: string;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Dispute {
  dispute: string;
  work: string;
  grounds: 'authorship' | 'ownership' | 'infringement' | 'consent';
  evidence: string;
  schema: 'dispute/1';
  state: 'open' | 'upheld' | 'dismissed' | 'dropped';
  proposal?: string;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Grant {
  grant: string;
  subject: { kind: 'work'; work: string } | { kind: 'dataset'; dataset: string; version: number };
  purpose: string;
  until: number | null;
  schema: 'grant/1';
  grantee: string;
  state: 'requested' | 'granted' | 'denied' | 'revoked' | 'expired';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Taint {
  schema: 'taint/1';
  subject:
    | { dataset: string; version: number; kind: 'dataset' }
    | { kind: 'job'; job: string }
    | { model: string; version: number; kind: 'model' };
  cause:
    | {
        kind: 'work';
        work: string;
        reason:
          | 'not_registered'
          | 'disputed'
          | 'withdrawn'
          | 'not_allowed'
          | 'licence_missing'
          | 'licence_unknown'
          | 'licence_not_of_owner'
          | 'licence_not_for_work'
          | 'licence_not_for_use'
          | 'licence_not_for_licensee'
          | 'licence_not_in_force';
      }
    | { dataset: string; version: number; kind: 'dataset' }
    | { kind: 'job'; job: string }
    | { model: string; version: number; kind: 'model' };
  state: 'tainted' | 'lifted';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Dataset {
  schema: 'dataset/1';
  dataset: string;
  title: string;
  purpose: string;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface DatasetVersion {
  schema: 'dataset-version/1';
  dataset: string;
  version: number;
  root: string;
  pages: number;
  items: number;
  tokens: number;
  bytes: number;
  cleaning?: string;
  annotations?: string[];
  diversity?: string;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface DataNode {
  node: string;
  kind: 'storage' | 'training';
  capacity: number;
  state: 'active' | 'draining' | 'gone';
  schema: 'data-node/1';
  member: string;
  placed: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Shard {
  digest: string;
  pages: number;
  bytes: number;
  schema: 'shard/1';
  dataset: string;
  version: number;
  index: number;
  firstPage: number;
  items: number;
  holders: { member: string; node: string }[];
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Reward {
  schema: 'reward/1';
  reward: string;
  dataset: string;
  version: number;
  payer: string;
  amount: number;
  until: number;
  table: { root: string; address: string; total: number; entries: number };
  state: 'open' | 'closed';
  returned?: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface RewardClaim {
  schema: 'reward-claim/1';
  reward: string;
  payee: string;
  amount: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface TrainingJob {
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
}

export interface ModelVersion {
  model: string;
  version: number;
  title: string;
  task?: 'text_generation' | 'embedding' | 'text_classification' | 'image_classification' | 'tensor';
  signature?: {
    inputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
    outputs: { name: string; datatype: 'BOOL' | 'UINT8' | 'INT32' | 'INT64' | 'FP32'; shape: number[] }[];
    labels?: string[];
  };
  parent?: { model: string; version: number; by: 'fine_tuning' | 'quantisation' };
  job?: string;
  datasets?: { dataset: string; version: number }[];
  external?: {
    source: string;
    upstream: string;
    licence: string;
    trainingData: string;
    conversion?: { importer: string; weights: string };
  };
  modelParamsAddress: string;
  manifest: string;
  files: { path: string; sha256: string; bytes: number; sealed?: { sha256: string; bytes: number } }[];
  pool?: string[];
  format: 'onnx';
  precision: 'fp32' | 'int8';
  contextTokens: number;
  prices: { request: number; promptToken: number; completionToken: number };
  verification: {
    marginMicro: number;
    sampleRate: number;
    statistical?: { clipMicro: number; meanMicro: number; deviationMicro: number; oneFalseAlarmIn: number };
    fingerprints?: { mismatches: number; mantissaMilli: number };
    rerun?: { cosineMicro: number; maxAbsMicro: number };
  };
  royalty?: { root: string; address: string; total: number; entries: number };
  schema: 'model-version/1';
  class: 'consortium' | 'external';
  state: 'candidate' | 'approved' | 'retired' | 'revoked';
  approvals: string[];
  fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface ModelAccess {
  model: string;
  version: number;
  schema: 'model-access/1';
  policy: { callers: 'everyone' } | { callers: 'members'; members: string[] } | { callers: 'owner' };
  former: {
    policy: { callers: 'everyone' } | { callers: 'members'; members: string[] } | { callers: 'owner' };
    until: number;
  }[];
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface WrappingKey {
  schema: 'wrapping-key/1';
  member: string;
  worker: string;
  publicKey: string;
  state: 'active' | 'revoked';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface ModelKey {
  model: string;
  version: number;
  schema: 'model-key/1';
  member: string;
  worker: string;
  publicKey: string;
  state: 'given' | 'withdrawn';
  wrap?: { ephemeral: string; wrapped: string };
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Receipt {
  schema: 'receipt/1';
  ticket: {
    body: {
      schema: 'ticket/1';
      requestId: string;
      gateway: string;
      producer: string;
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
  continuation?: {
    body: {
      schema: 'continuation/1';
      ticket: string;
      producer: string;
      from: number;
      answered: string;
      maxAmount: number;
      nonce: string;
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
  stop: 'stop' | 'length' | 'cancelled' | 'tainted';
  execution: {
    provider: 'cpu' | 'cuda' | 'webgpu';
    precision: 'fp32' | 'int8';
    runtime: string;
    mode: 'exact' | 'statistical';
  };
  fingerprints?: string[];
  amount: number;
  started: number;
  ended: number;
}

export interface Proposal {
  schema: 'proposal/1';
  proposal: string;
  motion:
    | {
        kind: 'found';
        charter: {
          fees: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
          verifiersNeeded: number;
          batchTimeoutMs?: number;
          externalModels?: 'allowed' | 'forbidden';
          stake?: { minimum: number; unbondingMs: number; slash: number; finders: number };
          members: {
            member: string;
            name: string;
            roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
          }[];
        };
      }
    | { kind: 'issue'; grants: { account: string; amount: number }[]; reason: string }
    | { kind: 'pay'; payments: { account: string; amount: number }[]; reason: string }
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
          fees?: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
          verifiersNeeded?: number;
          batchTimeoutMs?: number;
          externalModels?: 'allowed' | 'forbidden';
          stake?: { minimum: number; unbondingMs: number; slash: number; finders: number };
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
    | { kind: 'suspend'; worker: string; reason: string }
    | { kind: 'reinstate'; worker: string; reason: string }
    | {
        kind: 'settleDispute';
        dispute: string;
        outcome: 'upheld' | 'dismissed';
        remedy?: { kind: 'transfer'; to: string } | { kind: 'withdraw' };
        reason: string;
      }
    | { kind: 'arbitrate'; escrow: string; outcome: 'released' | 'refunded'; reason: string };
  electorate: string[];
  votes: { member: string; approve: boolean }[];
  state: 'open' | 'enacted' | 'refused';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Session {
  schema: 'session/1';
  session: string;
  caller: string;
  escrow: number;
  reserved: number;
  state: 'open' | 'closed';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Balance {
  schema: 'balance/1';
  account: string;
  amount: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Escrow {
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
}

export interface Batch {
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
  workers: { worker: string; lastOrder: number }[];
  silent?: { member: string; sequence: number }[];
  schema: 'batch/1';
  batch: string;
  producer: string;
  electorate: string[];
  turns: string[];
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
      | 'execution_mismatch'
      | 'fingerprint_mismatch';
    receipt?: string;
  }[];
  anchored: number;
  deadline: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Signer {
  schema: 'signer/1';
  signer: string;
  kind: 'gateway' | 'worker';
  publicKey: string;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Stake {
  schema: 'stake/1';
  worker: string;
  amount: number;
  unbonding?: { amount: number; until: number; through: number };
  faults: number;
  slashed: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Reputation {
  schema: 'reputation/1';
  member: string;
  next: number;
  accepted: number;
  rejected: number;
  expired: number;
  verifiers: {
    member: string;
    accepted: number;
    rejected: number;
    overruled: number;
    silent: number;
    found: number;
    missed: number;
  }[];
  faults: number;
  slashed: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Fault {
  producer: string;
  sequence: number;
  receipt: {
    body: {
      schema: 'receipt/1';
      ticket: {
        body: {
          schema: 'ticket/1';
          requestId: string;
          gateway: string;
          producer: string;
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
      continuation?: {
        body: {
          schema: 'continuation/1';
          ticket: string;
          producer: string;
          from: number;
          answered: string;
          maxAmount: number;
          nonce: string;
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
      stop: 'stop' | 'length' | 'cancelled' | 'tainted';
      execution: {
        provider: 'cpu' | 'cuda' | 'webgpu';
        precision: 'fp32' | 'int8';
        runtime: string;
        mode: 'exact' | 'statistical';
      };
      fingerprints?: string[];
      amount: number;
      started: number;
      ended: number;
    };
    signer: string;
    signature: string;
  };
  proof: { index: number; count: number; path: string[] };
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
    | 'execution_mismatch'
    | 'fingerprint_mismatch';
  evidence: string;
  finders: string[];
  schema: 'fault/1';
  batch: string;
  root: string;
  id: string;
  worker: string;
  decided: 'accepted' | 'rejected';
  session: string;
  refund: number;
  slashed: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Consortium {
  fees: { operator: number; verifiers: number; modelOwner: number; dataContributors: number; artists: number };
  verifiersNeeded: number;
  batchTimeoutMs?: number;
  externalModels?: 'allowed' | 'forbidden';
  stake?: { minimum: number; unbondingMs: number; slash: number; finders: number };
  members: {
    member: string;
    name: string;
    roles?: ('artist' | 'steward' | 'trainer' | 'operator' | 'auditor' | 'caller' | 'service' | 'admin')[];
  }[];
  schema: 'consortium/1';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Attestation {
  work: string;
  outcome: 'destroyed' | 'none' | 'retained';
  reads: number;
  derived: number;
  licence?: string;
  schema: 'attestation/1';
  member: string;
  attested: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Epoch {
  schema: 'epoch/1';
  owner: { member: string; person?: string };
  epoch: number;
  createdTx: string;
  updatedTx: string;
}

export interface DatasetPage {
  schema: 'dataset-page/1';
  dataset: string;
  version: number;
  index: number;
  root: string;
  items: { digest: string; work: string; licence?: string; spdx: string; bytes: number; tokens: number }[];
  consent: { epochs: Record<string, number>; until: number | null };
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Holding {
  schema: 'holding/1';
  dataset: string;
  version: number;
  index: number;
  digest: string;
  member: string;
  node: string;
  state: 'held' | 'released';
  reason?: 'erased' | 'access_ended' | 'moved' | 'lost';
  since: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Alias {
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
}

export interface AliasValue {
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
}

export interface Settlement {
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
}

export interface Debit {
  schema: 'debit/1';
  session: string;
  batch: string;
  amount: number;
  state: 'held' | 'spent' | 'released';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Reclaim {
  schema: 'reclaim/1';
  session: string;
  batch: string;
  amount: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface BatchRefusal {
  producer: string;
  sequence: number;
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
    | 'execution_mismatch'
    | 'fingerprint_mismatch';
  receipt?: string;
  schema: 'batch-refusal/1';
  batch: string;
  member: string;
  state: 'anchored' | 'accepted';
  refused: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface BatchSilence {
  producer: string;
  sequence: number;
  schema: 'batch-silence/1';
  batch: string;
  member: string;
  passed: number;
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Suspension {
  schema: 'suspension/1';
  worker: string;
  periods: { from: number; until?: number; reason: string; proposal: string; reinstated?: string }[];
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface Delta {
  schema: 'delta/1';
  account: string;
  delta: string;
  amount: number;
  reason:
    | 'issue'
    | 'grant'
    | 'transfer'
    | 'licence'
    | 'sale'
    | 'royalty'
    | 'fee'
    | 'escrow'
    | 'refund'
    | 'reward'
    | 'stake'
    | 'slash';
  owner: { member: string; person?: string };
  createdTx: string;
  updatedTx: string;
}

export interface ClaimCursor {
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
}
