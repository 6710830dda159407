import { decodeJson, LlmchainError, TRANSACTIONS, type ResultOf, type TransactionName } from '@llmchain/protocol';
import { Contract } from 'fabric-contract-api';
import type { z } from 'zod';
import { LedgerContext } from './context';
import { encoded } from './failure';

type Decoded<N extends TransactionName> = z.output<(typeof TRANSACTIONS)[N]['request']>;

/** What all contracts share: strict decoding, the clock, and errors as JSON with a code. */
export abstract class LedgerContract extends Contract {
  override createContext(): LedgerContext {
    return new LedgerContext();
  }

  override async aroundTransaction(
    ctx: LedgerContext,
    call: (...parameters: unknown[]) => unknown,
    parameters: unknown[],
  ): Promise<void> {
    try {
      ctx.demandClock(Date.now());
      // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression -- the dispatcher sends what this returns
      return await super.aroundTransaction(ctx, call, parameters);
    } catch (error) {
      throw encoded(error);
    }
  }

  override unknownTransaction(ctx: LedgerContext): Promise<void> {
    const { fcn } = ctx.stub.getFunctionAndParameters();
    throw encoded(
      new LlmchainError('not_supported', `There is no transaction ${fcn}. See the table of transactions.`, {
        transaction: fcn.slice(0, 100),
      }),
    );
  }

  /** @throws {LlmchainError} `invalid_argument` with JSON pointers */
  protected decode<N extends TransactionName>(name: N, request: string): Decoded<N> {
    return decodeJson(TRANSACTIONS[name].request, request) as Decoded<N>;
  }

  protected answer<N extends TransactionName>(_name: N, result: ResultOf<N>): string {
    return JSON.stringify(result);
  }
}
