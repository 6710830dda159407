/** The consortium's shared words. Pure: no I/O, no clock, no randomness, no environment; runs in a browser. */
export { canonicalJson, digestOf } from './canonical/json';
export { grantStands, mayRead, mayRetain, type AccessGround } from './consent/access';
export {
  consentTo,
  DATASET_USE,
  earlier,
  inForce,
  PLAIN_WEIGHT,
  REFUSALS,
  sameOwner,
  type Consent,
  type Offender,
  type Refusal,
} from './consent/consent';
export { PrivateTerms, termsDigest, termsReach } from './consent/terms';
export { mostRestrictive, stricter } from './consent/preference';
export {
  FRAME,
  FRAME_HEADER,
  FRAME_PREFIX,
  FRAME_TAG,
  frameHeader,
  frameNonce,
  framePrefix,
  sealedSize,
  type FrameKey,
} from './crypto/frames';
export { fromHex, sha256Bytes, sha256Hex, toHex } from './crypto/hash';
export { modelFileKey, unwrapModelKey, wrapModelKey, wrappingKeyOf, type WrappedModelKey } from './crypto/model-key';
export { isSoundKey, publicKeyOf, sign, signedMessage, verifySigned, type Domain, type Signed } from './crypto/signed';
export { placeShards } from './dataset/placement';
export { ChaincodeEnvironment, GatewayConfig, MemberEndpoints, WorkerConfig } from './deployment/config';
export { couldCall, demandCallable, mayCall } from './inference/model-access';
export { isErrorCode, REMEDY, type ErrorCode, type Remedy } from './errors/code';
export { LlmchainError, parseError, type Details } from './errors/error';
export { HammingIndex, LARGEST_DISTANCE } from './fingerprint/hamming-index';
export { decodeSignature, encodeSignature, jaccardEstimate, MinHash, PERMUTATIONS } from './fingerprint/minhash';
export { MinHashIndex } from './fingerprint/minhash-index';
export { hammingDistance, phash, PHASH_EDGE } from './fingerprint/phash';
export {
  acknowledges,
  likeness,
  RESEMBLING,
  resemblanceKey,
  type Likeness,
  type Nearness,
} from './fingerprint/resemblance';
export { TextFingerprinter, textSignature } from './fingerprint/text';
export { wordsOf } from './fingerprint/words';
export {
  ActivationFingerprint,
  compareActivations,
  fingerprintCount,
  fingerprintOf,
  FINGERPRINT_TOKENS,
  FINGERPRINT_VALUES,
  type Deviation,
} from './inference/activation-fingerprint';
export {
  outOfService,
  openPeriod,
  suspendedAt,
  SUSPENSION_GRACE_MS,
  SUSPENSION_NOTICE_MS,
} from './inference/suspension';
export { batchId, batchRoot, receiptLeaves, receiptList } from './inference/batch';
export { ChatMessage, commitment, InferenceInput, Opening } from './inference/opening';
export { culprit } from './inference/culprit';
export { FaultEvidence } from './inference/fault-evidence';
export {
  answerId,
  chargeOf,
  Execution,
  mostChargeOf,
  orderedFrom,
  Receipt,
  receiptId,
  segmentStart,
  SignedReceipt,
} from './inference/receipt';
export { signatureFlaw, type Signatories } from './inference/signatories';
export { Continuation, continuationDigest, SignedContinuation } from './inference/continuation';
export { draw, judge, type Draw, type Drawn, type Judged, type Keystream } from './inference/sampler';
export { demandElements, demandSignature, MOST_ELEMENTS } from './inference/signature';
export { Datatype, DATATYPE_BYTES, elementsOf, fits, MOST_BASE64, Tensor, TensorSpec } from './inference/tensor';
export { Sampler, SignedTicket, Ticket, ticketDigest } from './inference/ticket';
export { calledUpon, callEnds, SILENCE_WEIGHS_MS, turnsOf } from './inference/turns';
export { compositeKey, ordinal, splitCompositeKey, type StateKey } from './keys/composite';
export { InclusionProof, proveInclusion, verifyInclusion } from './merkle/proof';
export { inclusionPath, leafHash, merkleRoot, MerkleTree, nodeHash, rootFromPath, rootOfHashes } from './merkle/tree';
export { priceOf } from './money/price';
export {
  RoyaltyEntry,
  royaltyLeaves,
  royaltyRoot,
  royaltyTable,
  royaltyTotal,
  type Contribution,
} from './money/royalty';
export { partOfLine, splitByLargestRemainder } from './money/split';
export { Alias, AliasName, AliasValue } from './records/alias';
export { ancestorsOf, trainingDataOf, type TrainingData } from './records/ancestry';
export { DatasetRef, ModelRef, Owner } from './records/common';
export { Account, Balance, ClaimCursor, CONSORTIUM_ACCOUNT, Delta, Escrow } from './records/credits';
export {
  ConsentBasis,
  Dataset,
  DatasetItem,
  DatasetPage,
  DatasetReports,
  DatasetVersion,
  PAGE_ITEMS,
} from './records/dataset';
export { Dispute, DisputeEntry } from './records/dispute';
export { BatchRefusal, BatchRefusalEntry, BatchSilence } from './records/batch-refusal';
export { Fault, FaultEntry } from './records/fault';
export { Attestation, AttestationEntry, Erasure } from './records/erasure';
export { Resemblance } from './records/resemblance';
export { Grant, GrantEntry, GrantSubject } from './records/grant';
export { accountOwner, grantorKey, ownerAccount } from './records/grantor';
export {
  Batch,
  BatchEntry,
  BatchMark,
  BatchRef,
  type BatchWorker,
  Debit,
  Finding,
  MOST_RECEIPTS,
  MOST_SESSIONS,
  MOST_WORKERS,
  Reclaim,
  Session,
  SessionDebit,
  Settlement,
  Signer,
} from './records/inference';
export { manifestDigest } from './records/manifest';
export { BATCH_TIMEOUT_MS, Charter, Consortium, Member, Operation, Role, ROLES, Terms } from './records/members';
export { External, UNDISCLOSED } from './records/external';
export {
  FeePolicy,
  ModelEntry,
  ModelFile,
  ModelParent,
  ModelVersion,
  oneLineage,
  Prices,
  RoyaltyTableRef,
  Signature,
  Task,
  taskOf,
  Verification,
} from './records/model';
export {
  FingerprintTolerance,
  Precision,
  ShortfallDistribution,
  verificationMode,
  VerificationMode,
} from './records/verification';
export { Motion, Proposal, Vote } from './records/motion';
export { Reward, RewardClaim } from './records/reward';
export { Sale, SaleEntry } from './records/sale';
export { AccessPolicy, ModelAccess, MOST_FORMER } from './records/model-access';
export { inPool, isSealed, ModelKey, WrappingKey } from './records/model-key';
export { DataNode, DataNodeEntry, DataNodeRef } from './records/data-node';
export { Holding, MOST_SHARDS, ReleaseReason, Shard, ShardEntry } from './records/shard';
export { NO_STAKE_TERMS, Reputation, Stake, StakeTerms, VerifierRecord } from './records/stake';
export { Suspension, type SuspendedPeriod } from './records/suspension';
export { isRecordType, RECORDS, type RecordOf, type RecordType } from './records/table';
export {
  datasetSubject,
  jobSubject,
  modelSubject,
  sourcesOfJob,
  sourcesOfModel,
  Taint,
  TaintCause,
  taintKey,
  TaintSubject,
} from './records/taint';
export { JobPlan, JobResult, TrainingJob } from './records/training';
export {
  Country,
  Creator,
  Epoch,
  Fingerprint,
  Licence,
  LicenceEntry,
  Permission,
  Preference,
  Share,
  Signal,
  Use,
  USES,
  Work,
  WorkEntry,
} from './records/work';
export { decode, decodeJson } from './schema/decode';
export {
  Address,
  BasisPoints,
  Digest,
  Hex32,
  Hex64,
  Id,
  Line,
  Micro,
  Millis,
  MspId,
  OperationId,
  Pseudonym,
  Version,
} from './schema/scalars';
export { aiprefSignal } from './signals/aipref';
export { tdmrepSignal } from './signals/tdmrep';
export { trainingMiningSignal, type TrainingMining } from './signals/training-mining';
export { xmpSignal } from './signals/xmp';
export {
  TRANSACTIONS,
  type QueryName,
  type RequestOf,
  type ResultOf,
  type SubmitName,
  type TransactionName,
} from './transactions/table';
export { OF_BATCHES, OF_SERVING, PASSING, RejectReason, Verdict } from './verdict/verdict';
export type {
  AcknowledgeReceiptsRequest,
  Continued,
  GenerateEvent,
  GenerateRequest,
  HaltReply,
  HaltRequest,
  LoadedModel,
  DevicePool,
  ModelLoad,
  ModelsReply,
  PendingReceipt,
  Piece,
  PendingReceiptsReply,
  PendingReceiptsRequest,
  RangeForward,
  RangeOpen,
  RangeOutput,
  RangeReply,
  RangeRequest,
  JudgeReply,
  JudgeRequest,
  ReexamineReply,
  ReexamineRequest,
} from './worker/messages';
