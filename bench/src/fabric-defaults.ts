import type { Ordering } from '@llmchain/network';

/**
 * What `Orderer: &OrdererDefaults` of Fabric's `sampleconfig/configtx.yaml` says: Raft, which cuts a block two seconds after
 * its first transaction, or when 500 or 2 MB of them wait.
 */
export const FABRIC_DEFAULTS = {
  OrdererType: 'etcdraft',
  BatchTimeout: '2s',
  BatchSize: { MaxMessageCount: 500, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
} as const satisfies Ordering;

/**
 * What the profile `SampleAppChannelSmartBft` of the same file says. Of the settings of blocks SmartBFT reads
 * `RequestBatchMaxInterval`, `MaxMessageCount` and `AbsoluteMaxBytes` alone (`createSmartBftConfig` in
 * `orderer/consensus/smartbft/util.go`); the two seconds of `BatchTimeout` stand there and do nothing.
 */
export const FABRIC_SMART_BFT = {
  OrdererType: 'BFT',
  BatchTimeout: '2s',
  BatchSize: { MaxMessageCount: 5_000, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
  SmartBFT: {
    RequestBatchMaxInterval: '200ms',
    RequestForwardTimeout: '5s',
    RequestComplainTimeout: '20s',
    RequestAutoRemoveTimeout: '3m0s',
    ViewChangeResendInterval: '5s',
    ViewChangeTimeout: '20s',
    LeaderHeartbeatTimeout: '1m0s',
    LeaderHeartbeatCount: 10,
    CollectTimeout: '1s',
    IncomingMessageBufferSize: 200,
    RequestPoolSize: 100_000,
  },
} as const satisfies Ordering;

/**
 * {@link FABRIC_DEFAULTS} for SmartBFT, with the two seconds where it reads them: nobody's default, but what tells apart what
 * blocks cost and what consensus does.
 */
export const FABRIC_DEFAULTS_BY_SMART_BFT: Ordering = {
  ...FABRIC_SMART_BFT,
  BatchSize: FABRIC_DEFAULTS.BatchSize,
  SmartBFT: { ...FABRIC_SMART_BFT.SmartBFT, RequestBatchMaxInterval: FABRIC_DEFAULTS.BatchTimeout },
};
