import type { Consortium } from './consortium';
import type { Samples } from './figures';

export interface BenchmarkRun {
  consortium: Consortium;
  samples: Samples;
  rounds: number;
  /** One tiny round that proves that the benchmark works; its figures mean nothing. */
  smoke: boolean;
  /** More trials, where a benchmark has a form that takes long. */
  long: boolean;
  say: (text: string) => void;
}

/** What an arm's median should be. */
export interface Goal {
  arm: string;
  least?: number;
  most?: number;
}

/** One comparison, or one set of figures, on a real consortium. */
export interface Benchmark {
  /** Rounds by default. */
  rounds: number;
  goals: readonly Goal[];
  /** The arm that is ours over the peer's, where there is a peer. */
  ratio?: string;
  /** Takes all samples; what it makes in the consortium's home is removed by whoever made the home. */
  run(run: BenchmarkRun): Promise<void>;
}
