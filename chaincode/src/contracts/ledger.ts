import { compositeKey, isRecordType, LlmchainError } from '@llmchain/protocol';
import { Info, Returns, Transaction } from 'fabric-contract-api';
import { LedgerContext } from './context';
import { LedgerContract } from './contract';

@Info({ title: 'ledger', description: 'Records by key, and by bounded range' })
export class LedgerQueries extends LedgerContract {
  constructor() {
    super('ledger');
  }

  @Transaction(false)
  @Returns('string')
  async get(ctx: LedgerContext, request: string): Promise<string> {
    const { type, parts } = this.decode('ledger:get', request);
    const bytes = await ctx.stub.getState(compositeKey(demandType(type), parts));
    return this.answer('ledger:get', {
      record: bytes.length ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown) : null,
    });
  }

  @Transaction(false)
  @Returns('string')
  async list(ctx: LedgerContext, request: string): Promise<string> {
    const { type, parts, limit, after } = this.decode('ledger:list', request);
    const { iterator, metadata } = await ctx.stub.getStateByPartialCompositeKeyWithPagination(
      demandType(type),
      parts,
      limit,
      after,
    );
    const records: unknown[] = [];
    try {
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
        records.push(JSON.parse(Buffer.from(step.value.value).toString('utf8')));
      }
    } finally {
      await iterator.close();
    }
    const more = records.length === limit && metadata.bookmark !== '';
    return this.answer('ledger:list', { records, ...(more ? { after: metadata.bookmark } : {}) });
  }

  @Transaction(false)
  @Returns('string')
  async whoami(ctx: LedgerContext, request: string): Promise<string> {
    this.decode('ledger:whoami', request);
    const { member, role, person } = ctx.invoker;
    return Promise.resolve(
      this.answer('ledger:whoami', {
        endorser: ctx.endorser,
        invoker: member,
        role: role ?? null,
        person: person ?? null,
      }),
    );
  }
}

function demandType(type: string): string {
  if (isRecordType(type)) return type;
  throw new LlmchainError('invalid_argument', `There are no records of type "${type}".`, { type });
}
