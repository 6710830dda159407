import { z } from 'zod';
import { openApiDocument } from '../http/document';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { AccessLog } from '../ports/access-log';
import type { ApiKeys } from '../ports/api-keys';
import type { IndexLikeness } from '../ports/index-records';
import type { Lineage } from '../ports/lineage';
import type { Log } from '../ports/log';
import type { Sessions } from '../ports/sessions';
import type { IndexRecords } from '../ports/index-records';
import type { AnnotateDataset } from '../usecases/annotate-dataset';
import type { BrowseCatalogue } from '../usecases/browse-catalogue';
import type { Claim } from '../usecases/claim';
import type { ConsentStanding } from '../usecases/consent-standing';
import type { CollectEvidence } from '../usecases/collect-evidence';
import type { Content } from '../usecases/content';
import type { CreateKey } from '../usecases/create-key';
import type { ErasureStatement } from '../usecases/erasure-statement';
import type { ExpireBatch } from '../usecases/expire-batch';
import type { FindSimilar } from '../usecases/find-similar';
import type { FundSessions } from '../usecases/fund-sessions';

import type { GiveModelKeys } from '../usecases/give-model-keys';
import type { Infer } from '../usecases/infer';
import type { SendCanary } from '../usecases/send-canary';
import type { IngestDataset } from '../usecases/ingest-dataset';
import type { LicenceTerms } from '../usecases/licence-terms';
import type { ListRecords } from '../usecases/list-records';
import type { Models } from '../usecases/models';
import type { Notices } from '../usecases/notices';
import type { ReadReceipt } from '../usecases/read-receipt';
import type { CheckReadiness } from '../usecases/readiness';
import type { ReadImageInput } from '../usecases/read-image-input';
import type { RecommendWorks } from '../usecases/recommend-works';
import type { RegisterModel } from '../usecases/register-model';
import type { RegisterWorks } from '../usecases/register-works';
import type { RewardContributors } from '../usecases/reward-contributors';
import type { ReportFaults } from '../usecases/report-faults';
import type { RevokeKey } from '../usecases/revoke-key';
import type { RotateBatch } from '../usecases/rotate-batch';
import type { RouteInference } from '../usecases/route-inference';
import type { SealDataset } from '../usecases/seal-dataset';
import type { ShardDataset } from '../usecases/shard-dataset';
import type { Stakes } from '../usecases/stakes';
import type { Transact } from '../usecases/transact';
import type { WhoAmI } from '../usecases/who-am-i';
import type { WorkHistory } from '../usecases/work-history';
import { accessRoutes } from './access';
import { artworkRoutes } from './artworks';
import { afterBlock } from './after-block';
import { batchRoutes } from './batches';
import { catalogueRoutes } from './catalogue';
import { api } from './common';
import { contentRoutes } from './content';
import { creditRoutes } from './credits';
import { datasetRoutes } from './datasets';
import { embeddingRoutes } from './embeddings';
import { evidenceRoutes } from './evidence';
import { faultRoutes } from './faults';
import { grantRoutes } from './grants';
import { governanceRoutes } from './governance';
import { healthRoutes } from './health';
import { inferenceRoutes } from './inference';
import { ingestionRoutes } from './ingestion';
import { keyRoutes } from './keys';
import { licenceRoutes } from './licences';
import { modelKeyRoutes } from './model-keys';
import { modelRoutes } from './models';
import { moderationRoutes } from './moderations';
import { disputeRoutes } from './disputes';
import { openInferenceRoutes } from './open-inference';
import { provenanceRoutes } from './provenance';
import { recommendationRoutes } from './recommendations';
import { recordRoutes } from './records';
import { rerankRoutes } from './rerank';
import { saleRoutes } from './sales';
import { rewardRoutes } from './rewards';
import { sessionRoutes } from './sessions';
import { shardRoutes } from './shards';
import { stakeRoutes } from './stakes';
import { consentRoutes } from './consent';
import { similarRoutes } from './similar';
import { trainingRoutes } from './training';

/** Everything that the API for people and programs calls. */
export interface UseCases {
  catalogue: BrowseCatalogue;
  accessLog: AccessLog;
  annotateDataset: AnnotateDataset;
  claim: Claim;
  collectEvidence: CollectEvidence;
  content: Content;
  createKey: CreateKey;
  erasureStatement: ErasureStatement;
  expireBatch: ExpireBatch;
  findSimilar: FindSimilar;
  fundSessions: FundSessions;
  giveModelKeys: GiveModelKeys;
  infer: Infer;
  sendCanary: SendCanary;
  ingestDataset: IngestDataset;
  keys: ApiKeys;
  licenceTerms: LicenceTerms;
  lineage: Lineage;
  listRecords: ListRecords;
  log: Log;
  models: Models;
  notices: Notices;
  readiness: CheckReadiness;
  records: Pick<IndexLikeness['records'], 'resemblancesOf'>;
  readImageInput: ReadImageInput;
  readReceipt: ReadReceipt;
  recommendWorks: RecommendWorks;
  registerModel: RegisterModel;
  registerWorks: RegisterWorks;
  rewardContributors: RewardContributors;
  reportFaults: ReportFaults;
  revokeKey: RevokeKey;
  rotateBatch: RotateBatch;
  router: RouteInference;
  sealDataset: SealDataset;
  standing: ConsentStanding;
  sessions: Sessions;
  shardDataset: ShardDataset;
  shards: IndexRecords['shards'];
  stakes: Stakes;
  transact: Transact;
  whoAmI: WhoAmI;
  workHistory: WorkHistory;
}

/** Version of the API as its document states it. */
const API_VERSION = '1.0.0';

/** The routes as they are documented and tested: none of them can be called. */
export function apiRoutes(): Route<Actor>[] {
  return routesOf({} as UseCases);
}

/** The API as an OpenAPI 3.1 document. */
export function apiDocument(): object {
  return openApiDocument(apiRoutes(), API_VERSION);
}

/** Every route of the API, its own document among them. */
export function routesOf(usecases: UseCases): Route<Actor>[] {
  const routes = [
    ...healthRoutes(usecases),
    ...keyRoutes(usecases),
    ...artworkRoutes(usecases),
    ...similarRoutes(usecases),
    ...licenceRoutes(usecases),
    ...saleRoutes(usecases),
    ...disputeRoutes(usecases),
    ...accessRoutes(usecases),
    ...grantRoutes(usecases),
    ...consentRoutes(usecases),
    ...catalogueRoutes(usecases),
    ...datasetRoutes(usecases),
    ...ingestionRoutes(usecases),
    ...shardRoutes(usecases),
    ...rewardRoutes(usecases),
    ...contentRoutes(usecases),
    ...trainingRoutes(usecases),
    ...modelRoutes(usecases),
    ...modelKeyRoutes(usecases),
    ...inferenceRoutes(usecases),
    ...embeddingRoutes(usecases),
    ...rerankRoutes(usecases),
    ...moderationRoutes(usecases),
    ...openInferenceRoutes(usecases),
    ...recommendationRoutes(usecases),
    ...provenanceRoutes(usecases),
    ...evidenceRoutes(usecases),
    ...governanceRoutes(usecases),
    ...sessionRoutes(usecases),
    ...creditRoutes(usecases),
    ...batchRoutes(usecases),
    ...stakeRoutes(usecases),
    ...faultRoutes(usecases),
    ...recordRoutes(usecases),
  ].map((route) => afterBlock(route, usecases.lineage));
  let document: object | undefined;
  routes.push(
    api.json({
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      roles: 'public',
      response: z.record(z.string(), z.unknown()),
      run: () => Promise.resolve({ ...(document ??= openApiDocument(routes, API_VERSION)) }),
    }),
  );
  return routes;
}
