import type { handleBidiStreamingCall } from '@grpc/grpc-js';
import {
  LlmchainError,
  type RangeOpen,
  type RangeReply,
  type RangeRequest,
  type WorkerConfig,
} from '@llmchain/protocol';
import type { Logger } from 'pino';
import { problemOf } from '../ledger/back-off';
import type { LedgerFacts } from '../ledger/ledger-facts';
import type { MemberDirectory } from '../members/member-directory';
import type { ModelCatalogue } from '../models/model-catalogue';
import { callerOf } from '../server/caller';
import type { HeldRange, HeldSequence } from './held-range';

export interface RangeServiceDependencies {
  directory: MemberDirectory;
  facts: Pick<LedgerFacts, 'taint'>;
  ranges: Pick<ModelCatalogue<HeldRange>, 'get'>;
  log: Logger;
}

/** Handler of `Hold`: one call for each sequence, whose memory is freed when the call ends, in whatever way. */
export function holdRange(
  options: { holds: WorkerConfig['holds'] },
  { directory, facts, ranges, log }: RangeServiceDependencies,
): handleBidiStreamingCall<RangeRequest, RangeReply> {
  /** Consent is asked for with each sequence: a holder serves nothing that the ledger says is tainted. */
  const admit = async (caller: string, open: RangeOpen): Promise<HeldSequence> => {
    const { model, version, first, last, tokens } = open;
    const held = options.holds.find((each) => each.model === model && each.version === version);
    const details = { model, version, first, last };
    if (held?.first !== first || held.last !== last) {
      throw new LlmchainError('not_found', 'These layers are not held here. Compare "holds" and "pipelines".', details);
    }
    if (!held.heads.includes(caller)) {
      throw new LlmchainError('not_authorised', 'These layers are not computed for this member. Ask it for leave.');
    }
    const range = ranges.get(model, version);
    if (!range) throw new LlmchainError('unavailable', 'These layers are not loaded yet. Try their other holder.');
    if (await facts.taint({ model, version })) {
      throw new LlmchainError('tainted', `Consent behind ${model}@${version} no longer stands.`, details);
    }
    return range.open(tokens);
  };

  return (call) => {
    let sequence: HeldSequence | undefined;
    const answer = async (request: RangeRequest, caller: string): Promise<RangeReply> => {
      if (request.request === 'open' && !sequence) {
        const admitted = await admit(caller, request.open);
        // Who has gone meanwhile leaves nothing behind.
        if (call.cancelled) admitted.close();
        else sequence = admitted;
        return { reply: 'opened', opened: {} };
      }
      if (request.request !== 'forward' || !sequence) {
        throw new LlmchainError('invalid_argument', 'A sequence is opened once, and then goes on.');
      }
      return { reply: 'output', output: await sequence.forward(request.forward) };
    };
    const run = async (): Promise<void> => {
      const caller = callerOf(call, directory);
      // A refusal is still to be written when the loop ends with it.
      const requests = call.iterator({ destroyOnReturn: false }) as AsyncIterable<RangeRequest>;
      for await (const request of requests) call.write(await answer(request, caller));
    };
    call.on('cancelled', () => sequence?.close());
    run()
      .catch((error: unknown) => {
        if (call.cancelled) return;
        log.warn(problemOf(error), 'layers were not computed');
        const said = error instanceof LlmchainError ? error : new LlmchainError('internal', 'The layers failed.');
        call.write({ reply: 'failure', failure: JSON.stringify(said) });
      })
      .finally(() => {
        sequence?.close();
        call.end();
      });
  };
}
