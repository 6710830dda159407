/** When a block is cut, in the words of Fabric's `configtx.yaml`. */
interface Batches {
  /** How long Raft waits for more after a first transaction; SmartBFT does not read it. */
  readonly BatchTimeout: string;
  readonly BatchSize: {
    readonly MaxMessageCount: number;
    /** SmartBFT's limit of a block, and every consensus' of a transaction. */
    readonly AbsoluteMaxBytes: string;
    /** Raft's limit of a block; SmartBFT does not read it. */
    readonly PreferredMaxBytes: string;
  };
}

/** Options of SmartBFT. Its leader proposes what it has every `RequestBatchMaxInterval`, or as soon as a block is full. */
export interface SmartBftOptions {
  readonly RequestBatchMaxInterval: string;
  readonly RequestForwardTimeout: string;
  readonly RequestComplainTimeout: string;
  readonly RequestAutoRemoveTimeout: string;
  readonly ViewChangeResendInterval: string;
  readonly ViewChangeTimeout: string;
  readonly LeaderHeartbeatTimeout: string;
  readonly LeaderHeartbeatCount: number;
  readonly CollectTimeout: string;
  readonly IncomingMessageBufferSize: number;
  readonly RequestPoolSize: number;
  readonly SpeedUpViewChange?: boolean;
}

/** How a channel's transactions are ordered. */
export type Ordering = Batches &
  ({ readonly OrdererType: 'BFT'; readonly SmartBFT: SmartBftOptions } | { readonly OrdererType: 'etcdraft' });

/** The interval at which blocks are cut. */
const BLOCK_INTERVAL = '250ms';

/**
 * How the consortium's own channel is ordered. The timers make a killed leader cost 3–4 s (with the defaults 23 s) on a
 * local network; loosen them where members are far apart.
 */
export const ORDERING: Ordering = {
  OrdererType: 'BFT',
  BatchTimeout: BLOCK_INTERVAL,
  BatchSize: { MaxMessageCount: 500, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
  SmartBFT: {
    RequestBatchMaxInterval: BLOCK_INTERVAL,
    RequestForwardTimeout: '1s',
    RequestComplainTimeout: '3s',
    RequestAutoRemoveTimeout: '1m0s',
    ViewChangeResendInterval: '1s',
    ViewChangeTimeout: '5s',
    LeaderHeartbeatTimeout: '4s',
    LeaderHeartbeatCount: 8,
    CollectTimeout: '500ms',
    IncomingMessageBufferSize: 200,
    RequestPoolSize: 100_000,
    SpeedUpViewChange: true,
  },
};
