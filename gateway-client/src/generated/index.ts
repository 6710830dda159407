// Made from the gateway's OpenAPI document; see README.md.

import type { AccessLogOperations } from './access-log';
import type { AccountsOperations } from './accounts';
import type { ArtworksOperations } from './artworks';
import type { BatchesOperations } from './batches';
import type { CanariesOperations } from './canaries';
import type { CatalogueOperations } from './catalogue';
import type { ChatOperations } from './chat';
import type { ClaimsOperations } from './claims';
import type { CompletionsOperations } from './completions';
import type { ConsortiumOperations } from './consortium';
import type { ContentOperations } from './content';
import type { DatasetsOperations } from './datasets';
import type { DisputesOperations } from './disputes';
import type { EmbeddingsOperations } from './embeddings';
import type { EpochsOperations } from './epochs';
import type { ErasuresOperations } from './erasures';
import type { EscrowsOperations } from './escrows';
import type { FaultsOperations } from './faults';
import type { GrantsOperations } from './grants';
import type { HealthOperations } from './health';
import type { HealthzOperations } from './healthz';
import type { KeysOperations } from './keys';
import type { LedgerOperations } from './ledger';
import type { LicencesOperations } from './licences';
import type { ModelsOperations } from './models';
import type { ModerationsOperations } from './moderations';
import type { NodesOperations } from './nodes';
import type { NoticesOperations } from './notices';
import type { OpenapiOperations } from './openapi';
import type { ProposalsOperations } from './proposals';
import type { ReadyzOperations } from './readyz';
import type { ReceiptsOperations } from './receipts';
import type { RecommendationsOperations } from './recommendations';
import type { ReputationsOperations } from './reputations';
import type { RerankOperations } from './rerank';
import type { ResemblancesOperations } from './resemblances';
import type { RewardsOperations } from './rewards';
import type { SalesOperations } from './sales';
import type { ServiceOperations } from './service';
import type { SessionsOperations } from './sessions';
import type { SignersOperations } from './signers';
import type { StakesOperations } from './stakes';
import type { SuspensionsOperations } from './suspensions';
import type { TaintsOperations } from './taints';
import type { TraceOperations } from './trace';
import type { TrainingOperations } from './training';
import type { TransfersOperations } from './transfers';
import type { WhoamiOperations } from './whoami';
import type { WrappingKeysOperations } from './wrapping-keys';

/** Every operation by its method and path: what it takes and what it gives. */
export interface Operations
  extends
    AccessLogOperations,
    AccountsOperations,
    ArtworksOperations,
    BatchesOperations,
    CanariesOperations,
    CatalogueOperations,
    ChatOperations,
    ClaimsOperations,
    CompletionsOperations,
    ConsortiumOperations,
    ContentOperations,
    DatasetsOperations,
    DisputesOperations,
    EmbeddingsOperations,
    EpochsOperations,
    ErasuresOperations,
    EscrowsOperations,
    FaultsOperations,
    GrantsOperations,
    HealthOperations,
    HealthzOperations,
    KeysOperations,
    LedgerOperations,
    LicencesOperations,
    ModelsOperations,
    ModerationsOperations,
    NodesOperations,
    NoticesOperations,
    OpenapiOperations,
    ProposalsOperations,
    ReadyzOperations,
    ReceiptsOperations,
    RecommendationsOperations,
    ReputationsOperations,
    RerankOperations,
    ResemblancesOperations,
    RewardsOperations,
    SalesOperations,
    ServiceOperations,
    SessionsOperations,
    SignersOperations,
    StakesOperations,
    SuspensionsOperations,
    TaintsOperations,
    TraceOperations,
    TrainingOperations,
    TransfersOperations,
    WhoamiOperations,
    WrappingKeysOperations {}
